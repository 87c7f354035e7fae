"""The brands that an installation starts with."""

from django.db import migrations
from django.utils.text import slugify

MAKES = (
    "Acura", "Alfa Romeo", "Aston Martin", "Audi", "Bentley", "BMW", "Buick", "BYD", "Cadillac", "Chery", "Chevrolet", "Chrysler",
    "Citroën", "Cupra", "Dacia", "Daewoo", "Daihatsu", "Dodge", "DS", "Ferrari", "Fiat", "Fisker", "Ford", "Freightliner",
    "Geely", "Genesis", "GMC", "Great Wall", "Harley-Davidson", "Holden", "Honda", "Hummer", "Hyundai", "Infiniti", "Isuzu",
    "Iveco", "Jaguar", "Jeep", "Kia", "Lada", "Lamborghini", "Lancia", "Land Rover", "Lexus", "Lincoln", "Lotus", "Lucid",
    "Mahindra", "MAN", "Maserati", "Mazda", "McLaren", "Mercedes-Benz", "Mercury", "MG", "Mini", "Mitsubishi", "Nissan",
    "Oldsmobile", "Opel", "Peugeot", "Plymouth", "Polestar", "Pontiac", "Porsche", "Proton", "Ram", "Renault", "Rivian",
    "Rolls-Royce", "Rover", "Saab", "Saturn", "Scion", "Seat", "Škoda", "Smart", "SsangYong", "Subaru", "Suzuki", "Tata", "Tesla",
    "Toyota", "Vauxhall", "Volkswagen", "Volvo",
)  # fmt: skip


def write_brands(apps, schema_editor):
    Brand = apps.get_model("accounts_app", "Brand")
    for name in MAKES:
        Brand.objects.get_or_create(slug=slugify(name), defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("accounts_app", "0004_brands_and_leaving")]
    operations = [migrations.RunPython(write_brands, migrations.RunPython.noop)]

"""The makes of cars that mechanics know and customers drive."""

from django.utils.text import slugify

# Names are proper nouns: they are not translated.
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

# How a make is kept in a mechanic's row: "Mercedes-Benz" as "mercedes-benz", "Škoda" as "skoda".
BRANDS = {slugify(make): make for make in MAKES}

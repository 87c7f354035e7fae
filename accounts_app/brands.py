"""The makes of cars that a VIN may speak of. Which of them can be chosen on this site is up to staff (accounts_app.models.Brand)."""

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

"""The price list that an installation starts with."""

from django.db import migrations

PLANS = [
    # code, name, type, price in USD, minutes, features
    ("free", "Free chat", "chat", "0.00", 5, ["Text chat with a mechanic", "One quick question", "Written summary"]),
    ("quick", "Quick chat", "chat", "9.99", 30, ["Text chat with a mechanic", "Trouble codes explained", "Written report"]),
    ("video", "Video call", "video", "29.99", 45, ["Show the car live", "Chat during the call", "Written report"]),
    ("diagnostic", "Guided diagnostic", "diagnostic", "49.99", 60, ["Step-by-step checks", "Show the car live", "Detailed written report"]),
]


def write_price_list(apps, schema_editor):
    Plan = apps.get_model("billing_app", "Plan")
    for position, (code, name, session_type, price, minutes, features) in enumerate(PLANS):
        fields = {"name": name, "session_type": session_type, "price": price, "minutes": minutes, "features": features, "position": position}
        Plan.objects.get_or_create(code=code, defaults=fields)


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0001_initial")]
    operations = [migrations.RunPython(write_price_list, migrations.RunPython.noop)]

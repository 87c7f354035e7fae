"""`manage.py write_schema`: migrates an empty database of its own and writes what it then consists of to mechanichub/schema.txt."""

from django.core.management.base import BaseCommand
from django.db import connection

from mechanichub import catalogue


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: object) -> None:
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            catalogue.SCHEMA.write_text(catalogue.as_text(catalogue.read()))
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)

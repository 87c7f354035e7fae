#!/usr/bin/env python
"""Django's command line for MechanicHub. Beside a running `make run` it works with the services of that one."""

import os
import sys

from django.core.management import execute_from_command_line

from mechanichub.embedded.runfile import adopt

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mechanichub.settings")
    adopt()
    execute_from_command_line(sys.argv)

"""The real settings, except for what only costs time in tests."""

import os

from mechanichub.settings import *  # noqa: F403
from mechanichub.settings import STORAGES

# A password takes a third of a second with the real one, and the cast has seven.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Static files as they lie in the source; the browser stories are served collected ones (tests/conftest.py).
if "STATIC_COLLECTED" not in os.environ:
    STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    WHITENOISE_USE_FINDERS = True

# All tests call from one address. api_app/tests/test_throttles.py has limits of its own.
API_LIMITS = {whose: {"at_once": 100_000, "a_minute": 1_000_000} for whose in ("person", "address")}

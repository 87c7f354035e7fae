"""What must be right before a server serves: where its services are, and a database that is as new as the code.

The same findings come three ways: as Django system checks for every command, as a refusal when a server starts, and, for
the schema, in /readyz.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from mechanichub import catalogue

# What each address names, and the schemes that are understood.
SERVICES = {
    "DATABASE_URL": ("PostgreSQL", {"postgres", "postgresql"}),
    "CHANNELS_URL": ("the Valkey or Redis for live updates", {"redis", "rediss", "unix"}),
    "FILES_URL": ("the place for uploaded files", {"file", "s3"}),
    "EMAIL_URL": ("the way mail leaves", {"file", "smtp", "smtps", "smtp+ssl", "consolemail"}),
}


def missing() -> list[str]:
    """The names of the settings that a server needs and that are not set."""
    return [name for name in ("SECRET_KEY", *SERVICES) if not _is_set(name)]


def _is_set(name: str) -> bool:
    try:
        return bool(getattr(settings, name))
    except ImproperlyConfigured:  # Django's word for an empty SECRET_KEY, at its first use
        return False


def unapplied() -> list[str]:
    """The migrations that this code has and the database has not, as "app.name"."""
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in loader.graph.nodes if (app, name) not in loader.applied_migrations)


def refuse_incomplete_settings() -> None:
    """Refuses to serve when it is not said where the services are.

    Raises:
        ImproperlyConfigured: one sentence that names what is missing.
    """
    if names := missing():
        raise ImproperlyConfigured(f"{_not_set(names)} `make run` starts embedded services and sets them.")


def refuse_stale_schema() -> None:
    """Refuses to serve when the database lacks a migration, is not what the migrations make, or does not answer.

    Raises:
        ImproperlyConfigured: one sentence.
    """
    try:
        waiting = unapplied()
        lost = [] if waiting else drift()
    except DatabaseError as error:
        raise ImproperlyConfigured(f"The database does not answer: {str(error).strip().splitlines()[-1]}")
    finally:
        connection.close()
    if waiting:
        raise ImproperlyConfigured(f"The database is older than this code: run `manage.py migrate` first ({describe(waiting)}).")
    if lost:
        raise ImproperlyConfigured(f"The database is not what the migrations make: {lost}. `manage.py verify_schema` says how to mend it.")


def drift() -> str:
    """What the database lacks of what the migrations promise, or has otherwise, in a few words; "" when nothing.

    What somebody added, such as an index of his own, keeps nobody from serving; nor does what is wrong with files, which may fail alone.
    """
    found = [each for each in catalogue.differences(catalogue.promised(), catalogue.read()) if _keeps_from_serving(each)]
    return f"{len(found)} differences, beginning with {found[0].kind} {found[0].name} ({found[0].problem})" if found else ""


def _keeps_from_serving(difference: catalogue.Difference) -> bool:
    is_of_files = "files_app_" in f"{difference.name} {difference.expected}"
    return difference.problem != "extra" and not is_of_files


def describe(migrations: list[str]) -> str:
    """How many migrations are missing, and the first of them."""
    return f"{len(migrations)} to apply, beginning with {migrations[0]}"


@checks.register
def calls_find_their_way(**kwargs: object) -> Iterator[checks.CheckMessage]:
    """A relay without a secret admits nobody, and calls that may use nothing else need one."""
    if settings.TURN_URLS and not settings.TURN_SECRET:
        yield checks.Error("TURN_URLS names a relay, but TURN_SECRET is not set, so it would admit nobody.", id="mechanichub.E004")
    if settings.CALL_RELAY_ONLY and not settings.TURN_URLS:
        yield checks.Error("CALL_RELAY_ONLY lets calls go by a relay alone, but TURN_URLS names none.", id="mechanichub.E005")


@checks.register
def services_are_named(**kwargs: object) -> Iterator[checks.CheckMessage]:
    """A warning with DEBUG, where a command may do without; otherwise an error."""
    if names := missing():
        kind, number = (checks.Warning, "W001") if settings.DEBUG else (checks.Error, "E001")
        hint = "Start `make run` in another terminal: commands find its services by themselves. Or set the addresses in the environment."
        yield kind(_not_set(names), hint=hint, id=f"mechanichub.{number}")


@checks.register
def services_are_understood(**kwargs: object) -> Iterator[checks.CheckMessage]:
    """An address whose scheme nobody here speaks."""
    for name, (what, schemes) in SERVICES.items():
        scheme = urlsplit(getattr(settings, name)).scheme
        if getattr(settings, name) and scheme not in schemes:
            wanted = " or ".join(f"{each}:" for each in sorted(schemes))
            yield checks.Error(f"{name} names {what}: it begins with {wanted}, not with {scheme!r}.", id="mechanichub.E002")


@checks.register
def scanner_is_understood(**kwargs: object) -> Iterator[checks.CheckMessage]:
    """An address of a virus scanner that nobody could ask: every file would wait for its word for ever."""
    place = urlsplit(settings.CLAMD_URL)
    if settings.CLAMD_URL and not ((place.scheme == "tcp" and place.hostname) or (place.scheme == "unix" and place.path)):
        yield checks.Error(f"CLAMD_URL is {settings.CLAMD_URL!r}; it is tcp://host:3310 or unix:///path.", id="mechanichub.E006")


@checks.register
def webhooks_stay_outside(**kwargs: object) -> Iterator[checks.CheckMessage]:
    """Where the world comes in, whoever makes a webhook could have us knock on our own doors."""
    if settings.WEBHOOKS_LOCAL and urlsplit(settings.SITE_URL).scheme == "https":
        yield checks.Error("WEBHOOKS_LOCAL lets webhooks lead to this very machine: that is for trying out only.", id="mechanichub.E007")


def _not_set(names: list[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} not set."

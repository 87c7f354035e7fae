"""What each role of the support team may do: one table. The roles are Django's groups, so `user.has_perm` answers everywhere.

`manage.py migrate` makes the groups from the table, each time and at its very end. A data migration would run once, and before
the permissions of its own and of every later migration exist: Django writes them when all of the tables are there. Whatever a role
was given by hand is taken back then; a team that divides its work differently makes groups of its own.
"""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission

SUPPORT, SUPERVISOR, ADMINISTRATOR = "support", "supervisor", "administrator"

# Named where others ask for them, too.
SEE = "sessions_app.view_session"
MOVE = "sessions_app.change_session"
SEE_ACTIONS = "admin.view_logentry"
GIVE_ROLES = "auth.change_group"


def _of(app: str, does: str, *models: str) -> set[str]:
    return {f"{app}.{verb}_{model}" for verb in does.split() for model in models}


_SUPPORT = {
    # sees
    *_of("sessions_app", "view", "session", "sessionevent", "participant", "message", "report", "review"),
    *_of("requests_app", "view", "sessionrequest", "intake", "intakedraft", "offer", "vehicle"),
    *_of("files_app", "view", "sessionfile"),
    *_of("accounts_app", "view", "user", "mechanic", "workshop", "brand", "place", "alertsettings"),
    *_of("account", "view", "emailaddress"),
    *_of("billing_app", "view", "plan"),
    *_of("procrastinate", "view", "procrastinatejob"),
    # moves, and asks for somebody who is on the phone
    MOVE,
    "accounts_app.see_as_customer",
    "accounts_app.ask_for_customer",
}
_SUPERVISOR = _SUPPORT | {
    "accounts_app.approve_mechanic",
    "accounts_app.suspend_mechanic",
    "sessions_app.refund_session",
    *_of("sessions_app", "export", "session"),
    *_of("accounts_app", "export", "user", "mechanic"),
    *_of("accounts_app", "change", "mechanic"),
    *_of("sessions_app", "change", "review"),
    *_of("requests_app", "change", "vehicle"),
    *_of("mfa", "view", "authenticator"),
    SEE_ACTIONS,
}
_ADMINISTRATOR = _SUPERVISOR | {
    *_of("accounts_app", "change", "user"),
    *_of("accounts_app", "add change", "workshop", "brand"),
    *_of("billing_app", "add change", "plan"),
    *_of("webhooks_app", "view add change delete", "webhook"),
    *_of("webhooks_app", "view change", "delivery"),
    *_of("api_app", "view change", "token"),
    *_of("legacy_app", "view", "setaside"),
    *_of("procrastinate", "change", "procrastinatejob"),
    *_of("auth", "view add change", "group"),
}
ROLES: dict[str, set[str]] = {SUPPORT: _SUPPORT, SUPERVISOR: _SUPERVISOR, ADMINISTRATOR: _ADMINISTRATOR}


def make(sender: Any, using: str, apps: Apps = installed, **kwargs: Any) -> None:
    """After a migration, when the last app has its permissions: each role exists and may do what the table says, no more and no less."""
    if sender is not _last_app() or not _there_are_groups(apps):
        return
    may = {f"{app}.{codename}": pk for pk, app, codename in _permissions(using)}
    for name, codenames in ROLES.items():
        role, _made = Group.objects.using(using).get_or_create(name=name)
        role.permissions.set([may[codename] for codename in codenames if codename in may])


def _last_app() -> Any:
    """Whose tables are the last to be told of (django.core.management.sql.emit_post_migrate_signal)."""
    return [config for config in installed.get_app_configs() if config.models_module is not None][-1]


def _there_are_groups(apps: Apps) -> bool:
    """False when somebody migrated only as far as the tables of another app."""
    try:
        apps.get_model("auth", "Group")
    except LookupError:
        return False
    return True


def _permissions(using: str) -> Any:
    return Permission.objects.using(using).values_list("pk", "content_type__app_label", "codename")

"""What each role of the support team can and cannot do, as a table; and that the roles stay what the table says."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management.sql import emit_post_migrate_signal
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from accounts_app.roles import ADMINISTRATOR, ROLES, SUPERVISOR, SUPPORT
from console.attention import attention
from lifecycle import queue
from mechanichub.errors import NotYours
from tests import cast
from tests.staff import staff_in

pytestmark = pytest.mark.django_db
NOBODY = "nobody"  # staff without a role


def member(role: str) -> User:
    """Somebody of the team with this role, and not a superuser."""
    user = cast.person(role.capitalize(), is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def places(carla: User, colin: User, max: User, oscar: User, will: User) -> dict[str, tuple[str, str, dict]]:
    """What somebody might do, by name: method, address, what is sent."""
    session = cast.pending(carla).pk

    def at(name: str, *args: object) -> str:
        return reverse(f"admin:{name}", args=args)

    return {
        "see the sessions": ("get", at("sessions_app_session_changelist"), {}),
        "see a session": ("get", at("sessions_app_session_change", session), {}),
        "see the people": ("get", at("accounts_app_user_changelist"), {}),
        "see failed jobs": ("get", at("procrastinate_procrastinatejob_changelist") + "?needs=failed_jobs", {}),
        "move": ("post", at("sessions_app_session_move", session, "cancel"), {"reason": "The customer called."}),
        "approve": ("post", at("accounts_app_mechanic_move", oscar.pk, "approve"), {}),
        "suspend": ("post", at("accounts_app_mechanic_move", max.pk, "suspend"), {"reason": "Two complaints."}),
        "export": ("post", at("sessions_app_session_export", "csv"), {}),
        "see what the team did": ("get", at("actions"), {}),
        "add a plan": ("get", at("billing_app_plan_add"), {}),
        "add a workshop": ("get", at("accounts_app_workshop_add"), {}),
        "add a webhook": ("get", at("webhooks_app_webhook_add"), {}),
    }


SEES = {"see the sessions", "see a session", "see the people", "see failed jobs"}
SUPERVISES = {"approve", "suspend", "export", "see what the team did"}
ADMINISTERS = {"add a plan", "add a workshop", "add a webhook"}
TABLE = {
    NOBODY: set(),
    SUPPORT: SEES | {"move"},
    SUPERVISOR: SEES | {"move"} | SUPERVISES,
    ADMINISTRATOR: SEES | {"move"} | SUPERVISES | ADMINISTERS,
}


@pytest.mark.parametrize("role", TABLE)
def test_each_role_can_what_the_table_says_and_nothing_else(client: Client, places: dict, role: str):
    staff_in(client, member(role))
    can = set()
    for what, (method, address, told) in places.items():
        answer = getattr(client, method)(address, told)
        assert answer.status_code in (200, 302, 404), what
        if answer.status_code != 404:
            can.add(what)
    assert can == TABLE[role]


def test_what_a_role_may_not_do_changes_nothing(client: Client, places: dict, carla: User, oscar: User):
    staff_in(client, member(NOBODY))
    for what in ("move", "approve", "suspend"):
        method, address, told = places[what]
        getattr(client, method)(address, told)
    assert carla.sessions.get().status == "pending"
    assert User.objects.get(pk=oscar.pk).mechanic.standing == "applied"


def test_staff_without_a_role_find_only_a_page_that_says_so(client: Client, carla: User):
    session, nobody = cast.pending(carla), member(NOBODY)
    staff_in(client, nobody)
    html = client.get(reverse("admin:index")).content.decode()
    assert "You have no role yet." in html and "/admin/sessions_app/" not in html
    assert attention(nobody) == []
    assert client.get(reverse("session-intake", args=[session.pk])).status_code == 404, "nor on the site itself"


def test_the_verbs_ask_for_the_role_whoever_calls_them(carla: User):
    session = cast.pending(carla)
    with pytest.raises(NotYours):
        queue.cancel(session.pk, by=member(NOBODY), reason="Because.")
    assert queue.cancel(session.pk, by=member(SUPPORT), reason="She called.").status == "cancelled"


def test_everybody_sees_the_concerns_of_the_own_role_only(places: dict):
    asked = {role: {concern.key for concern in attention(member(role))} for role in ROLES}
    assert "unattended" in asked[SUPPORT] and "set_aside" not in asked[SUPPORT]
    assert asked[SUPPORT] <= asked[SUPERVISOR] < asked[ADMINISTRATOR]


def permissions(role: str) -> set[str]:
    return {f"{app}.{name}" for app, name in Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")}


@pytest.mark.parametrize("role", ROLES)
def test_the_group_may_do_what_the_table_of_roles_says(db: None, role: str):
    assert permissions(role) == ROLES[role]


def test_every_migration_puts_the_roles_right(db: None):
    Group.objects.get(name=SUPPORT).delete()
    Group.objects.get(name=SUPERVISOR).permissions.clear()
    Group.objects.get(name=ADMINISTRATOR).permissions.add(Permission.objects.get(codename="delete_user"))
    own = Group.objects.create(name="night shift")
    own.permissions.add(Permission.objects.get(codename="view_session", content_type__app_label="sessions_app"))
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    for role in ROLES:
        assert permissions(role) == ROLES[role]
    assert own.permissions.count() == 1, "a group of one's own is nobody else's business"


def save(client: Client, user: User, **rights: object) -> User:
    """The page of a person, saved with these rights."""
    told = {"full_name": user.full_name, "is_active": "on", **rights}
    assert client.post(reverse("admin:accounts_app_user_change", args=[user.pk]), told).status_code == 302
    return User.objects.get(pk=user.pk)


def test_an_administrator_makes_staff_and_gives_roles_but_no_superusers(client: Client, carla: User, sam: User):
    administrator, support = member(ADMINISTRATOR), Group.objects.get(name=SUPPORT)
    staff_in(client, administrator)
    carla = save(client, carla, is_staff="on", is_superuser="on", groups=[support.pk])
    assert carla.is_staff and not carla.is_superuser and carla.groups.get() == support
    assert not save(client, administrator, is_staff="on", is_superuser="on", groups=[]).is_superuser
    assert administrator.groups.get().name == ADMINISTRATOR, "nobody changes his own rights"
    assert client.post(reverse("admin:accounts_app_user_change", args=[sam.pk]), {"full_name": "Sam"}).status_code == 302
    sam.refresh_from_db()
    assert sam.is_staff and sam.is_superuser and sam.is_active, "a superuser is changed by superusers alone"


def test_a_supervisor_gives_no_roles(client: Client, carla: User):
    staff_in(client, member(SUPERVISOR))
    told = {"full_name": carla.full_name, "is_active": "on", "is_staff": "on"}
    assert client.post(reverse("admin:accounts_app_user_change", args=[carla.pk]), told).status_code == 404
    assert not User.objects.get(pk=carla.pk).is_staff


def test_the_roles_themselves_are_changed_by_nobody_and_other_groups_get_only_what_one_has(client: Client, sam: User):
    own = Group.objects.create(name="night shift")
    mine, not_mine = Permission.objects.get(codename="refund_session"), Permission.objects.get(codename="delete_user")
    staff_in(client, member(ADMINISTRATOR))
    page = reverse("admin:auth_group_change", args=[own.pk])
    assert client.post(page, {"name": own.name, "permissions": [mine.pk, not_mine.pk]}).status_code == 200
    assert client.post(page, {"name": own.name, "permissions": [mine.pk]}).status_code == 302
    assert own.permissions.get() == mine
    role = Group.objects.get(name=SUPPORT)
    staff_in(client, sam)
    assert client.post(reverse("admin:auth_group_change", args=[role.pk]), {"name": "x", "permissions": []}).status_code == 404
    assert permissions(SUPPORT) == ROLES[SUPPORT]

"""The admin's door, and people in the admin: who is let in, who may work, and what is nobody's business."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts_app.models import Mechanic, User
from console.site import StaffSite
from sessions_app.models import Session
from tests import cast
from tests.staff import code, second_factor, staff_in

pytestmark = pytest.mark.django_db

PAGES = ["admin:index", "admin:login", "admin:auth_group_changelist", "admin:accounts_app_user_changelist", "admin:jsi18n"]


@pytest.fixture
def staff(client, sam):
    return staff_in(client, sam)


# --- the door ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_to_the_rest_of_the_world_there_is_no_admin(client, carla, max, will, page):
    assert client.get(reverse(page)).status_code == 404
    for user in (carla, max, will):
        client.force_login(user)
        assert client.get(reverse(page)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_staff_with_both_factors_come_in(staff, page):
    assert staff.get(reverse(page), follow=True).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_staff_without_a_second_factor_are_sent_to_set_one_up(client, sam, page):
    client.force_login(sam)
    answer = client.get(reverse(page))
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("mfa_activate_totp"))


def test_staff_who_signed_in_without_theirs_are_asked_for_it_and_come_where_they_wanted(client, sam):
    secret = second_factor(sam)
    client.force_login(sam)
    wanted = reverse("admin:accounts_app_user_changelist")
    asked = client.get(wanted)["Location"]
    assert asked.startswith(reverse("mfa_reauthenticate"))
    assert client.post(asked, {"code": "000000"}).status_code != 302
    assert client.get(wanted).status_code == 302
    assert client.post(asked, {"code": code(secret)})["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_what_is_sent_without_the_second_factor_changes_nothing(client, sam, oscar):
    second_factor(sam)
    client.force_login(sam)
    assert client.post(reverse("admin:accounts_app_mechanic_move", args=[oscar.pk, "approve"])).status_code == 302
    assert not Mechanic.objects.filter(standing="approved").exists()


def test_whoever_left_the_team_is_out_at_once(staff, sam):
    assert staff.get(reverse("admin:index")).status_code == 200
    User.objects.filter(pk=sam.pk).update(is_staff=False)
    assert staff.get(reverse("admin:index")).status_code == 404


def test_signing_in_and_out_is_done_where_everybody_does_it(staff):
    assert staff.get(reverse("admin:login"))["Location"] == reverse("admin:index")
    assert staff.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")
    assert reverse("account_logout") in staff.get(reverse("admin:index")).content.decode()


def test_the_site_of_the_project_is_this_one():
    assert isinstance(admin.site._wrapped, StaffSite)


# --- mechanics -----------------------------------------------------------------------------------


def press(client, mechanic: User, name: str, **told) -> list[str]:
    answer = client.post(reverse("admin:accounts_app_mechanic_move", args=[mechanic.pk, name]), told, follow=True)
    return [str(message) for message in answer.context["messages"]]


def standing(mechanic: User) -> str:
    return Mechanic.objects.values_list("standing", flat=True).get(pk=mechanic.pk)


def test_an_application_is_approved_by_a_button(staff, oscar):
    html = staff.get(reverse("admin:accounts_app_mechanic_change", args=[oscar.pk])).content.decode()
    assert "/move/approve/" in html and "/move/suspend/" in html
    assert press(staff, oscar, "approve") == ["Oscar: approved."]
    assert standing(oscar) == "approved"
    assert LogEntry.objects.get().change_message == "Approve"


def test_a_suspension_needs_a_reason_and_gives_sessions_back(staff, carla, max):
    session = cast.waiting(carla, max)
    assert press(staff, max, "suspend", reason="") == ["Please give a reason."]
    assert standing(max) == "approved"
    assert press(staff, max, "suspend", reason="Two complaints.") == ["Max: may not take sessions any more."]
    assert standing(max) == "suspended"
    assert Session.objects.get(pk=session.pk).status == "pending"


def test_a_mechanic_who_is_live_is_not_suspended_and_it_is_said_why(staff, carla, max):
    cast.live(carla, max)
    assert "is live with a customer" in press(staff, max, "suspend", reason="Two complaints.")[0]
    assert standing(max) == "approved"


def test_approving_twice_is_explained(staff, max):
    assert press(staff, max, "approve") == ["Max: Max is approved already."]


def test_several_are_suspended_one_by_one_and_each_is_reported(staff, carla, max, nora):
    cast.live(carla, max)
    chosen = {"action": "suspend", "_selected_action": [max.pk, nora.pk]}
    url = reverse("admin:accounts_app_mechanic_changelist")
    assert "Max" in staff.post(url, chosen).content.decode()
    assert (standing(max), standing(nora)) == ("approved", "approved")
    answer = staff.post(url, {**chosen, "go": "1", "reason": "The server moves."}, follow=True)
    said = sorted(str(message) for message in answer.context["messages"])
    assert said[0].startswith("Max: Max is live with a customer") and said[1] == "Nora: may not take sessions any more."
    assert (standing(max), standing(nora)) == ("approved", "suspended")


def test_several_are_approved(staff, oscar, max):
    answer = staff.post(
        reverse("admin:accounts_app_mechanic_changelist"),
        {"action": "approve", "_selected_action": [max.pk, oscar.pk], "go": "1"},
        follow=True,
    )
    assert sorted(map(str, answer.context["messages"])) == ["Max: Max is approved already.", "Oscar: approved."]


def profile(mechanic: User, **changes) -> dict:
    """What the form on the mechanic's page sends."""
    return {"display_name": "Max", "workshop": "", "bio": "", "keywords": "", "certifications": "", "years": "12", "city": "Oakland",
            "postal_code": "", "country": "", **changes}  # fmt: skip


def test_a_profile_is_put_right_and_the_standing_is_not_touched_by_it(staff, max):
    url = reverse("admin:accounts_app_mechanic_change", args=[max.pk])
    answer = staff.post(url, profile(max, display_name="Max B.", keywords="hybrid, brakes", standing="suspended", on_duty="", brands="bmw"))
    assert answer.status_code == 302, answer.context["errors"]
    mechanic = Mechanic.objects.get(pk=max.pk)
    assert (mechanic.display_name, mechanic.keywords) == ("Max B.", ["hybrid", "brakes"])
    assert (mechanic.standing, mechanic.on_duty, mechanic.brands) == ("approved", True, ["toyota"])


@pytest.mark.parametrize(
    "changes", [{"display_name": "nul\x00"}, {"years": "99999999999"}, {"years": "many"}, {"bio": "x" * 100_000}, {"workshop": "x"}]
)
def test_hostile_profiles_are_errors_of_the_form(staff, max, changes):
    answer = staff.post(reverse("admin:accounts_app_mechanic_change", args=[max.pk]), profile(max, **changes))
    assert answer.status_code == 200 and answer.context["errors"]


# --- people --------------------------------------------------------------------------------------


def save(client, user: User, **changes):
    return client.post(reverse("admin:accounts_app_user_change", args=[user.pk]), {"full_name": "Somebody", "is_active": "on", **changes})


def test_a_name_is_put_right_and_the_address_is_not_touched(staff, carla):
    assert save(staff, carla, full_name="Carla G.", email="thief@example.org").status_code == 302
    carla.refresh_from_db()
    assert (carla.full_name, carla.email) == ("Carla G.", "carla@example.org")


def test_an_account_is_closed(client, staff, carla):
    assert save(staff, carla, is_active="").status_code == 302
    carla.refresh_from_db()
    assert not carla.is_active


def test_nobody_is_shut_out_in_the_middle_of_a_session(staff, carla, max):
    cast.waiting(carla, max)
    for user, words in ((carla, "open session"), (max, "Suspend the mechanic first")):
        answer = save(staff, user, is_active="")
        assert answer.status_code == 200 and words in answer.content.decode()
        assert User.objects.get(pk=user.pk).is_active


def test_only_a_superuser_gives_rights(client, sam, carla):
    tessa = cast.person("Tessa", is_staff=True)
    tessa.user_permissions.add(*Permission.objects.filter(content_type__app_label="accounts_app"))
    staff_in(client, tessa)
    for user in (tessa, carla):
        assert save(client, user, is_staff="on", is_superuser="on").status_code == 302
    assert not User.objects.filter(is_superuser=True).exclude(pk=sam.pk).exists()
    assert not User.objects.get(pk=carla.pk).is_staff
    client.logout()
    assert save(staff_in(client, sam), tessa, is_staff="on", is_superuser="on").status_code == 302
    assert User.objects.get(pk=tessa.pk).is_superuser


def test_the_secret_of_a_second_factor_is_on_no_page(staff, sam):
    factor = Authenticator.objects.get(user=sam, type="totp")
    for url in (
        reverse("admin:mfa_authenticator_changelist"),
        reverse("admin:mfa_authenticator_change", args=[factor.pk]),
        reverse("admin:accounts_app_user_change", args=[sam.pk]),
    ):
        html = staff.get(url).content.decode()
        assert factor.data["secret"] not in html and second_factor(sam) not in html and sam.password not in html

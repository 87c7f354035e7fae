"""The admin's door, and people in the admin: who is let in, who may work, and what is nobody's business."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts_app.models import Brand, Mechanic, User
from console.site import StaffSite
from lifecycle import room
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
    assert "/move/approve/" in html and "/move/turn_down/" in html and "/suspend/" not in html
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
    answer = staff.post(url, {**chosen, "go": "1", "reason": "The server moves."})
    max_said, nora_said = outcomes(answer)
    assert max_said.startswith("Max: Max is live with a customer") and nora_said == "Nora: may not take sessions any more"
    assert (standing(max), standing(nora)) == ("approved", "suspended")


def test_several_are_approved(staff, oscar, max):
    answer = staff.post(
        reverse("admin:accounts_app_mechanic_changelist"),
        {"action": "approve", "_selected_action": [max.pk, oscar.pk], "go": "1"},
    )
    assert outcomes(answer) == ["Max: Max is approved already.", "Oscar: approved"]


def outcomes(answer) -> list[str]:
    """What is said of each of several rows."""
    return sorted(f"{outcome.row}: {outcome.words}" for outcome in answer.context["outcomes"])


# --- a suspension, on its own page ---------------------------------------------------------------


def suspension(mechanic: User) -> str:
    return reverse("admin:accounts_app_mechanic_suspend", args=[mechanic.pk])


def about(session: Session, fate: str, to: User | None = None) -> dict:
    return {f"{session.pk}-fate": fate, f"{session.pk}-mechanic": to.pk if to else ""}


def test_the_page_says_what_becomes_of_each_session_before_anything_happens(staff, carla, colin, max, nora):
    session, waiting = cast.live(carla, max), cast.waiting(colin, max)
    html = staff.get(suspension(max)).content.decode()
    for words in (
        "Let them finish it. Max takes nothing new",
        "Hand it over. Carla waits",
        "Break it off.",
        "Nora: on duty, 3 free places",
    ):
        assert words in html
    assert "Colin is told at once" in html and str(session.pk) in html and str(waiting.pk) in html
    assert standing(max) == "approved" and Session.objects.get(pk=waiting.pk).status == "waiting"


def test_a_live_session_has_to_be_decided_about(staff, carla, max, nora):
    session = cast.live(carla, max)
    for told, words in (
        ({}, "Please decide what becomes of this session."),
        (about(session, "hand_over"), "Please choose who gets it."),
        (about(session, "forget"), "Choose one of the options."),
        (about(session, "hand_over", max), "This mechanic has no free place any more."),
    ):
        answer = staff.post(suspension(max), {"reason": "Complaints.", **told})
        assert answer.status_code == 422 and words in answer.content.decode()
    assert staff.post(suspension(max), about(session, "finish")).status_code == 422, "it takes a reason"
    assert standing(max) == "approved" and not LogEntry.objects.exists()


def test_what_was_decided_happens_and_is_logged(staff, carla, max, nora):
    session = cast.live(carla, max)
    answer = staff.post(suspension(max), {"reason": "Complaints.", **about(session, "hand_over", nora)}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Max: may not take sessions any more."]
    assert (standing(max), Session.objects.get(pk=session.pk).mechanic_id) == ("suspended", nora.pk)
    assert LogEntry.objects.get().change_message == "Suspend: Complaints."
    assert staff.get(suspension(max)).status_code == 404, "there is nobody to suspend any more"


def test_whoever_may_finish_is_shown_as_leaving_and_reads_why(staff, client, carla, max):
    session = cast.live(carla, max)
    staff.post(suspension(max), {"reason": "Two complaints.", **about(session, "finish")})
    html = staff.get(reverse("admin:accounts_app_mechanic_change", args=[max.pk])).content.decode()
    assert "finishes, then suspended" in html and "Suspend now" in html and "/move/approve/" in html
    client.force_login(max)
    html = client.get(reverse("mechanic-active")).content.decode()
    assert "You take no new sessions" in html and "Two complaints." in html


def test_what_was_live_when_the_page_was_opened_may_be_over_by_now(staff, carla, max, sam):
    session = cast.live(carla, max)
    room.abort(session.pk, by=sam, reason="He left.")
    answer = staff.post(suspension(max), {"reason": "Complaints.", **about(session, "finish")})
    assert answer.status_code == 302 and standing(max) == "suspended"


def test_deciding_takes_its_permission(client, max, oscar):
    tessa = cast.person("Tessa", is_staff=True)
    may = {name: Permission.objects.get(codename=name) for name in ("view_mechanic", "approve_mechanic", "suspend_mechanic")}
    tessa.user_permissions.add(may["view_mechanic"])
    staff_in(client, tessa)
    approve = reverse("admin:accounts_app_mechanic_move", args=[oscar.pk, "approve"])
    assert client.get(suspension(max)).status_code == 404 and client.post(approve).status_code == 404
    tessa.user_permissions.add(may["suspend_mechanic"])
    assert client.get(suspension(max)).status_code == 200 and client.post(approve).status_code == 404
    tessa.user_permissions.add(may["approve_mechanic"])
    assert client.post(approve).status_code == 302 and standing(oscar) == "approved"


# --- applications, workshops, brands -------------------------------------------------------------


def test_an_application_shows_what_is_needed_to_decide(staff, oscar, max, carla):
    cast.completed(carla, max)
    html = staff.get(reverse("admin:accounts_app_mechanic_change", args=[oscar.pk])).content.decode()
    for words in (oscar.email, "thers with this phone number", str(max), "never", "toyota"):
        assert words in html


def test_lists_of_people_are_filtered_and_take_few_queries(staff, django_assert_max_num_queries, carla, max, nora, oscar, will):
    mechanics, people = reverse("admin:accounts_app_mechanic_changelist"), reverse("admin:accounts_app_user_changelist")
    Mechanic.objects.filter(pk=nora.pk).update(country="CA")
    for address, found in (
        (f"{mechanics}?brand=bmw", {"Nora"}),
        (f"{mechanics}?workshop=garage", {"Max"}),
        (f"{mechanics}?country=CA", {"Nora"}),
        (f"{mechanics}?standing__exact=applied", {"Oscar"}),
        (f"{mechanics}?leaving=yes", set()),
        (f"{people}?role=customer", {"Carla Example", "Will Example"}),
        (f"{people}?role=owner", {"Will Example"}),
        (f"{people}?role=staff", {"Sam Example"}),
        (f"{people}?role=mechanic&confirmed=yes", {"Max Example", "Nora Example", "Oscar Example"}),
        (f"{people}?confirmed=no", set()),
        (f"{people}?from=2999-01-01", set()),
    ):
        with django_assert_max_num_queries(15):
            shown = staff.get(address)
        assert {str(row) for row in shown.context["cl"].result_list} == found, address


def test_rows_are_shown_with_few_queries(staff, django_assert_max_num_queries, carla, max, nora, oscar, will):
    for _time in range(3):
        cast.completed(carla, max)
    pages = {"mechanic": max.pk, "user": carla.pk, "workshop": will.workshops.get().pk, "brand": "toyota"}
    for name, pk in pages.items():
        with django_assert_max_num_queries(15):
            assert staff.get(reverse(f"admin:accounts_app_{name}_change", args=[pk])).status_code == 200
        with django_assert_max_num_queries(15):
            assert staff.get(reverse(f"admin:accounts_app_{name}_changelist")).status_code == 200
    cast.live(carla, max)
    with django_assert_max_num_queries(15):
        staff.get(suspension(max))


def test_a_workshop_shows_who_owns_it_and_who_works_there(staff, will, max, sam):
    garage = will.workshops.get()
    html = staff.get(reverse("admin:accounts_app_workshop_change", args=[garage.pk])).content.decode()
    assert reverse("admin:accounts_app_mechanic_change", args=[max.pk]) in html
    told = {"name": "Will's Garage", "slug": "wills-garage", "owner": sam.pk, "country": "", "city": "", "postal_code": ""}
    answer = staff.post(reverse("admin:accounts_app_workshop_change", args=[garage.pk]), told)
    assert "cannot own a workshop" in answer.content.decode()


def test_a_new_brand_can_be_chosen_everywhere_and_one_that_is_switched_off_nowhere(staff, client, max, carla):
    add, toyota = reverse("admin:accounts_app_brand_add"), reverse("admin:accounts_app_brand_change", args=["toyota"])
    assert staff.post(add, {"name": "Togg", "slug": "togg", "is_offered": "on"}).status_code == 302
    html = staff.get(reverse("admin:accounts_app_brand_changelist") + "?q=toyota").content.decode()
    assert "brand=toyota" in html, "one mechanic knows it"
    assert staff.post(toyota, {"name": "Toyota"}).status_code == 302
    client.force_login(max)
    html = client.get(reverse("mechanic-settings")).content.decode()
    assert "Togg" in html and 'value="toyota"' in html, "what he has chosen stays his"
    client.force_login(carla)
    html = client.get(reverse("intake", args=["free"])).content.decode()
    assert "Togg" in html and 'value="toyota"' not in html


def test_a_brand_keeps_its_slug_and_is_never_deleted(staff):
    toyota = reverse("admin:accounts_app_brand_change", args=["toyota"])
    staff.post(toyota, {"name": "Toyota!", "slug": "other", "is_offered": "on"})
    assert Brand.objects.get(name="Toyota!").slug == "toyota"
    assert staff.post(reverse("admin:accounts_app_brand_delete", args=["toyota"]), {"post": "yes"}).status_code == 404
    assert "already exists" in staff.post(toyota, {"name": "BMW", "is_offered": "on"}).content.decode()


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

"""The mechanic's own switch."""

import pytest
from django.urls import reverse

from accounts_app.models import Mechanic, User
from dashboard.tests.board import signed_in, text_of
from lifecycle import people

DUTY = reverse("mechanic-duty")


def is_on_duty(user: User) -> bool:
    return Mechanic.objects.get(pk=user.pk).on_duty


def test_it_switches_both_ways_and_goes_back_to_the_tab(max: User) -> None:
    client = signed_in(max)
    response = client.post(DUTY, {"tab": "history"})
    assert (response.status_code, response["Location"]) == (303, reverse("mechanic-history"))
    assert not is_on_duty(max)
    client.post(DUTY, {"on": "on"})
    assert is_on_duty(max)


def test_the_page_shows_how_it_stands(max: User) -> None:
    client = signed_in(max)
    switch = 'name="on" id="duty"'
    assert f"{switch} checked" in text_of(client.get(reverse("mechanic-active")))
    people.set_duty(max.pk, by=max, on=False)
    page = text_of(client.get(reverse("mechanic-active")))
    assert switch in page
    assert f"{switch} checked" not in page


@pytest.mark.parametrize("tab", ["", "boat", "//evil.example", "\0"])
def test_it_leads_nowhere_else(max: User, tab: str) -> None:
    assert signed_in(max).post(DUTY, {"tab": tab})["Location"] == reverse("mechanic-incoming")


def test_who_may_not(oscar: User, carla: User, sam: User, max: User) -> None:
    for user in (oscar, carla, sam):
        assert signed_in(user).post(DUTY, {"on": "on"}).status_code == 403
    assert signed_in(sam).post(f"{DUTY}?mechanic={max.pk}", {}).status_code == 403
    assert is_on_duty(max)
    assert signed_in(max).get(DUTY).status_code == 405

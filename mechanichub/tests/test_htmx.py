"""What htmx is told when somebody was signed out meanwhile."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

ACCEPT = reverse("accept", args=[uuid4()])
PAGE = "http://testserver/mechanic/?q=brakes"


@pytest.mark.django_db
def test_the_page_goes_to_the_sign_in_and_afterwards_back(client: Client) -> None:
    response = client.post(ACCEPT, headers={"HX-Request": "true", "HX-Current-URL": PAGE})
    assert (response.status_code, response["HX-Redirect"]) == (200, "/accounts/login/?next=/mechanic/%3Fq%3Dbrakes")


@pytest.mark.django_db
def test_it_leads_back_to_this_site_only(client: Client) -> None:
    response = client.post(ACCEPT, headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/mechanic/"})
    assert "evil" not in response.headers.get("HX-Redirect", "")


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["a page", "a script of ours"])
def test_others_are_redirected_as_ever(client: Client, headers: dict) -> None:
    assert client.post(ACCEPT, headers=headers).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["http://[", "%ff", "//", ""])
def test_a_page_that_is_no_address_is_none(client: Client, page: str) -> None:
    assert client.post(ACCEPT, headers={"HX-Request": "true", "HX-Current-URL": page}).status_code == 302

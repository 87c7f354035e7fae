"""Tokens in the console."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from api_app import tokens
from api_app.models import Scope
from tests.staff import staff_in

pytestmark = pytest.mark.django_db


def test_staff_take_a_token_back_and_cannot_read_it(carla: User, sam: User) -> None:
    token, text = tokens.make(carla, name="Spreadsheet", scopes=[Scope.READ])
    staff, calls = staff_in(Client(), sam), {"Authorization": f"Bearer {text}"}
    assert Client().get(reverse("api:me"), headers=calls).status_code == 200

    listed = staff.get(reverse("admin:api_app_token_changelist")).content.decode()
    page = staff.get(reverse("admin:api_app_token_change", args=[token.pk])).content.decode()
    for shown in (listed, page):
        assert "Spreadsheet" in shown and token.prefix in shown
        assert text not in shown and token.digest not in shown and token.password_mark not in shown

    revoke = reverse("admin:api_app_token_move", args=[token.pk, "revoke"])
    staff.post(revoke, {"reason": "It was found in a public repository."})
    assert Client().get(reverse("api:me"), headers=calls).status_code == 401
    assert "public repository" in LogEntry.objects.get(object_id=str(token.pk)).change_message
    assert "revoked already" in staff.post(revoke, {"reason": "Again."}, follow=True).content.decode()

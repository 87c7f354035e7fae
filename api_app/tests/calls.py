"""How the tests call the API."""

from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from accounts_app.models import User
from api_app import tokens
from api_app.models import Scope
from requests_app.tests.filled import CONCERN
from sessions_app.tests.browsing import browser

ROOT = "/api/v1"


def program(user: User | None, *scopes: str) -> APIClient:
    """A program with a token of this person; nobody's when None."""
    client = APIClient(raise_request_exception=False)
    if user:
        usual = (Scope.READ, Scope.WRITE, *((Scope.STAFF,) if user.is_staff else ()))
        browser(user)  # gives staff their second factor
        _token, text = tokens.make(user, name="test", scopes=scopes or usual)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"{ROOT}{path}", body if body is not None else {}, format="json", headers=headers)


def get(client: Client, path: str, **headers: str) -> Any:
    return client.get(f"{ROOT}{path}", headers=headers)


def told(**changes: Any) -> dict[str, Any]:
    """An intake, as Carla's program sends it."""
    return {
        "client_id": "5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11",
        "plan": "free",
        "name": "Carla Example",
        "email": "carla@example.org",
        "phone": "+1 415 555 0101",
        "city": "Oakland",
        "year": 2016,
        "make": "Toyota",
        "model": "Corolla",
        "concern": CONCERN,
        "consent": True,
    } | changes

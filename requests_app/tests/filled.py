"""A filled-in intake, as a browser sends it."""

import uuid

from django.http import HttpResponse
from django.test import Client

CONCERN = "The engine light is on since Monday, code P0302."


def filled(**changes: object) -> dict:
    """What Carla types; a field set to None is not sent."""
    told = {
        "client_id": str(uuid.uuid4()),
        "plan": "free",
        "name": "Carla Example",
        "email": "carla@example.org",
        "phone": "+1 415 555 0101",
        "city": "Oakland",
        "year": "2016",
        "make": "Toyota",
        "model": "Corolla",
        "keep_vehicle": "on",
        "concern": CONCERN,
        "consent": "on",
    }
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def send(client: Client, **changes: object) -> HttpResponse:
    """Posts the intake to the page of its plan."""
    told = filled(**changes)
    return client.post(f"/help/{told.get('plan', 'free')}/", told)

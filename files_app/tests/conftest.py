"""A live session of Carla and Max, and Carla's browser."""

import pytest
from django.test import Client

from accounts_app.models import User
from sessions_app.models import Session
from sessions_app.tests.browsing import browser
from tests import cast


@pytest.fixture
def room(carla: User, max: User) -> Session:
    return cast.live(carla, max)


@pytest.fixture
def carlas(carla: User) -> Client:
    return browser(carla)

"""A server that listens on this machine, and webhooks that lead to it: Will's workshop's, and an integrator's."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts_app.models import User
from webhooks_app import managing
from webhooks_app.models import Webhook
from webhooks_app.tests.receiver import Receiver, listening


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_LOCAL = True
    receiver = listening()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def wills(will: User, receiver: Receiver) -> Webhook:
    """Of the workshop that Max works for."""
    return managing.add(by=will, workshop=will.workshops.get(), name="Shop system", url=receiver.url, events=[])


@pytest.fixture
def integrators(sam: User, receiver: Receiver) -> Webhook:
    """Made by staff: it hears of every session."""
    return managing.add(by=sam, workshop=None, name="Statistics", url=receiver.url, events=[])

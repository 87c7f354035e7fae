"""An import that is killed in the middle goes on where it was: with a real process and SIGKILL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection

from legacy_app.tests.conftest import bring, url_of
from requests_app.models import SessionRequest
from sessions_app.models import Message, Participant, Session, SessionEvent

CUSTOMERS = 900  # in several transactions
PATIENCE = 120  # seconds

MANY = f"""
    INSERT INTO auth.users (id, email) SELECT md5('u' || n)::uuid, 'u' || n || '@example.org' FROM generate_series(1, {CUSTOMERS}) n;
    INSERT INTO public.sessions (id, plan, type, status, stripe_session_id, customer_user_id)
    SELECT md5('s' || n)::uuid, 'free', 'chat', 'cancelled', 'cs' || n, md5('u' || n)::uuid FROM generate_series(1, {CUSTOMERS}) n"""


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_killed_goes_on(legacy: str, damage: Callable) -> None:
    damage(MANY)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_legacy", "--source", legacy, "--commit"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url_of(connection.settings_dict["NAME"])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + PATIENCE
    while not Session.objects.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was done before it could be killed"
    half = Session.objects.count()
    bring(legacy)
    assert 0 < half < Session.objects.count() == CUSTOMERS + 47
    assert SessionRequest.objects.count() == SessionEvent.objects.count() == Session.objects.count()
    told = Message.objects.count(), Participant.objects.count()
    bring(legacy)
    assert (Message.objects.count(), Participant.objects.count(), Session.objects.count()) == (*told, CUSTOMERS + 47)

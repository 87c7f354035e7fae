"""Valkey goes and comes back, servers restart: nobody waits, nobody is left with a stale page."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection
from redis import Redis

from live import push
from live.tests.conftest import Ear, listening
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.children import Child, free_port
from mechanichub.embedded.valkey import Valkey
from tests import cast
from tests.conftest import Site


@pytest.fixture
def valkey(tmp_path, settings) -> Iterator[Valkey]:
    """A Valkey that a test may stop and start, for this process and for `own_site`."""
    valkey = Valkey(log=tmp_path / "valkey.log", account=service_account())
    valkey.start()
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "live.layer.ChannelLayer", "CONFIG": {"hosts": [valkey.url]}}}
    yield valkey
    valkey.stop()


@pytest.fixture
def own_site(valkey, transactional_db, tmp_path) -> Iterator[Site]:
    """A server that hears by that Valkey."""
    port, log = free_port(), tmp_path / "site.log"
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    url = f"http://localhost:{port}"
    services = {"DATABASE_URL": database, "CHANNELS_URL": valkey.url, "SITE_URL": url, "PORT": str(port)}
    environment = os.environ | services | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    site = Site(url, Child("web server", [sys.executable, "-m", "mechanichub.serve"], environment=environment, log=log), log)
    site.start()
    yield site
    site.child.stop()


@pytest.fixture
def listen_here(own_site) -> Iterator[Callable[..., Ear]]:
    yield from listening(own_site)


def test_after_a_restart_of_valkey_pages_catch_up_and_hear_again(listen_here, valkey, carla):
    ear = listen_here("/ws/customer/", carla)
    valkey.stop()
    assert ear.hear("offline", within=3)
    valkey.start()
    assert ear.hear("catch-up", within=5)
    push.changed([f"customer.{carla.pk}"], "session")
    assert ear.hear("changed")


def test_what_is_opened_without_valkey_says_so_and_catches_up_later(listen_here, valkey, carla):
    valkey.stop()
    ear = listen_here("/ws/customer/", carla, caught_up=False)
    assert ear.hear("offline", within=3)
    valkey.start()
    assert ear.hear("catch-up", within=5)


def test_a_connection_that_is_cut_for_a_moment_is_noticed(listen_here, valkey, carla):
    ear = listen_here("/ws/customer/", carla)
    with Redis.from_url(valkey.url) as client:
        assert client.execute_command("CLIENT", "KILL", "TYPE", "pubsub"), "needs a connection to cut"
    assert ear.hear("catch-up", within=4)
    push.changed([f"customer.{carla.pk}"], "session")
    assert ear.hear("changed")


def test_a_push_that_was_lost_is_made_up_for(listen_here, settings, carla):
    """The server hears Valkey all the time; it is this process, the publisher, that cannot reach it for a while."""
    ear, layers = listen_here("/ws/customer/", carla), settings.CHANNEL_LAYERS
    settings.CHANNEL_LAYERS = {"default": {**layers["default"], "CONFIG": {"hosts": [f"redis://127.0.0.1:{free_port()}/0"]}}}
    push.changed([f"customer.{carla.pk}"], "session")
    assert ear.hears_nothing("catch-up")
    settings.CHANNEL_LAYERS = layers
    heard = ear.hear_all("catch-up")
    assert "changed" not in [message["kind"] for message in heard], "it is gone, so the page has to read"


def test_a_request_never_waits_for_a_dead_valkey(valkey, carla, max):
    valkey.stop()
    began = time.monotonic()
    session = cast.waiting(carla, max)
    for number in range(50):
        push.changed([f"session.{session.pk}"], "session", number=number)
    assert time.monotonic() - began < 1


def test_a_request_never_waits_for_a_valkey_that_hangs(valkey, carla, max):
    valkey.child.process.send_signal(signal.SIGSTOP)  # it accepts, and says nothing
    try:
        began = time.monotonic()
        session = cast.waiting(carla, max)
        for number in range(50):
            push.changed([f"session.{session.pk}"], "session", number=number)
        assert time.monotonic() - began < 1
        assert not push.reachable()
    finally:
        valkey.child.process.send_signal(signal.SIGCONT)
    assert push.reachable()


def test_an_outage_is_one_line_in_the_log_and_no_traceback(listen_here, own_site, valkey, carla):
    ear = listen_here("/ws/customer/", carla)
    valkey.stop()
    ear.hear("offline", within=3)
    time.sleep(4)
    said = own_site.log.read_text()
    assert said.count("channel layer is lost") == 1
    assert "Traceback" not in said, said


def test_a_server_that_ends_says_goodbye_with_1012(listen_here, own_site, carla):
    ears = [listen_here("/ws/customer/", carla) for _ in range(3)]
    began = time.monotonic()
    own_site.child.stop()
    assert [ear.closed() for ear in ears] == [1012] * 3
    assert time.monotonic() - began < 5
    assert "Traceback" not in own_site.log.read_text()

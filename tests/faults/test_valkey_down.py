"""Valkey is away: the work goes on at its usual pace, the pages say that they do not hear, and catch up when it is back."""

import json
import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts_app.models import User
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.valkey import Valkey
from sessions_app.models import Session
from tests.browser.conftest import browse  # noqa: F401 (a fixture)
from tests.browser.steps import ask_for_help, card, is_live, say, sees_message
from tests.cast import an_hour_passes, live
from tests.conftest import Site
from tests.faults.conftest import Answer, Visitor, database_in_use, serving, until

SANE = 2  # seconds; a request that waits for Valkey would wait for a second at each push


@pytest.fixture(scope="module")
def servers(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Valkey, Site]]:
    """A Valkey that a test may stop and start, and a server that hears by it."""
    folder = tmp_path_factory.mktemp("faults")
    valkey = Valkey(log=folder / "valkey.log", account=service_account())
    valkey.start()
    try:
        with serving(folder / "site.log", DATABASE_URL=database_in_use(), CHANNELS_URL=valkey.url) as site:
            yield valkey, site
    finally:
        valkey.stop()


@pytest.fixture
def valkey(servers: tuple[Valkey, Site]) -> Valkey:
    valkey, _site = servers
    if not valkey.child.running:
        valkey.start()
    return valkey


@pytest.fixture
def site(servers: tuple[Valkey, Site], transactional_db: None) -> Site:
    """What `browse` opens the pages of."""
    _valkey, site = servers
    return site


def works(answer: Answer) -> None:
    assert answer.is_done, answer.text
    assert answer.seconds < SANE, f"it took {answer.seconds:.1f} s"


def test_the_main_job_is_done_without_valkey(site: Site, valkey: Valkey, carla: User, max: User) -> None:
    customer, garage = Visitor.of(carla, site), Visitor.of(max, site)
    works(garage.get("/mechanic/"))
    valkey.stop()

    works(customer.asks_for_help(uuid.uuid4()))
    session = Session.objects.get()
    listed = garage.get("/mechanic/")
    works(listed)
    assert f"request-{session.pk}" in listed.text
    works(garage.accepts(session.pk))
    for visitor in (customer, garage):
        works(visitor.enters(session.pk))
    for number, visitor in enumerate([customer, garage] * 3):
        works(visitor.says(session.pk, f"Message {number}", uuid.uuid4()))
    an_hour_passes(session)
    works(garage.completes(session.pk))
    works(customer.get(f"/sessions/{session.pk}/summary/"))

    session.refresh_from_db()
    assert (session.status, session.messages.count()) == ("completed", 6)
    assert "Traceback" not in site.log.read_text()


def test_readyz_names_the_channel_layer_as_long_as_it_is_away(site: Site, valkey: Valkey) -> None:
    watcher = Visitor(site)
    assert json.loads(watcher.get("/readyz").text)["channels"] == "ok"
    valkey.stop()
    answer = watcher.get("/readyz")
    found = json.loads(answer.text)
    assert answer.status == 503 and found["channels"] not in ("", "ok")
    assert (found["database"], found["schema"]) == ("ok", "ok"), "the rest is not blamed"
    assert watcher.get("/healthz").status == 200, "nobody restarts this server because of it"
    valkey.start()
    assert json.loads(watcher.get("/readyz").text)["channels"] == "ok"


def test_a_dashboard_says_that_it_does_not_hear_and_catches_up(
    browse: Callable[..., Page],  # noqa: F811
    valkey: Valkey,
    carla: User,
    max: User,
) -> None:
    garage, home = browse(max), browse(carla)
    garage.goto("/mechanic/")
    is_live(garage)
    valkey.stop()
    expect(garage.locator("connection-state")).to_have_text(re.compile(r"Offline since \d\d:\d\d"))
    session = ask_for_help(home)
    valkey.start()
    is_live(garage)
    expect(card(garage, session)).to_be_visible()
    expect(garage).to_have_title(re.compile(r"^\(1\)"))


def test_a_room_goes_on_talking_and_hears_again(browse: Callable[..., Page], valkey: Valkey, carla: User, max: User) -> None:  # noqa: F811
    session = live(carla, max)
    garage, home = browse(max), browse(carla)
    for page in (garage, home):
        page.goto(f"/chat/{session.pk}/")
        is_live(page)

    valkey.stop()
    for page in (garage, home):
        expect(page.locator("connection-state")).to_have_attribute("data-state", "offline")
    say(home, "Are you still there?")
    sees_message(home, "Are you still there?")  # a page shows what is typed before it is sent
    until(lambda: session.messages.filter(body="Are you still there?").exists(), "the message")
    valkey.start()

    for page in (garage, home):
        is_live(page)
        sees_message(page, "Are you still there?")
    say(garage, "I am.")
    sees_message(home, "I am.")

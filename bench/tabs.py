"""The four tabs of the dashboard in a small house and in a large one.

Two databases, one a copy of the other before it grew, and a server for each; requests alternate between them, so that whatever
else the machine does falls on both. Twenty mechanics share all the sessions, which is far more each than anybody will ever have.
"""

import gzip
import os
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts_app.models import User
from bench import rows, web
from bench.fanout import sign_in
from lifecycle import queue, room
from sessions_app.models import Session

SMALL, LARGE = (int(os.environ.get(name, size)) for name, size in (("TABS_SMALL", "1000"), ("TABS_LARGE", "1000000")))
ROUNDS = 60
WARM_UP = 10  # rounds more
CUSTOMERS, MECHANICS, WAITING = 100_000, 20, 40
ME = 7  # the mechanic who looks
WANTED_RATIO, WANTED_QUERIES, WANTED_KILOBYTES = 1.3, 8, 60

PAGES = {
    "Incoming": "/mechanic/",
    "Active": "/mechanic/active/",
    "Completed": "/mechanic/completed/",
    "History": "/mechanic/history/",
}
MORE = {
    "Incoming, searched": "/mechanic/?q=toyota+engine",
    "Completed, searched": "/mechanic/completed/?q=toyota+engine",
    "History, cancelled ones": "/mechanic/history/?outcome=cancelled",
    "the row of tabs alone": "/mechanic/tabs/",
}
COLUMNS = (
    f"{'':<26}",
    f"{'small, ms':>11}",
    f"{'large, ms':>11}",
    f"{'ratio':>8}",
    f"{'queries':>9}",
    f"{'page, KB':>10}",
    f"{'first load, KB':>16}",
)


def run() -> None:
    """Prints the table. TABS_SMALL and TABS_LARGE change the numbers of sessions."""
    print(f"\nThe tabs of a mechanic with {SMALL:,} and with {LARGE:,} sessions in the house: median of {ROUNDS} requests", flush=True)
    with ExitStack() as stack:
        stack.enter_context(web.static_files())
        cookie = furnish(SMALL)
        small = stack.enter_context(copy_of_database())
        rows.ended(SMALL + 1, LARGE, customers=CUSTOMERS, mechanics=MECHANICS)
        rows.settle()
        browsers = [stack.enter_context(web.site(url)) for url in (small, os.environ["DATABASE_URL"])]
        print("".join(COLUMNS))
        for name, path in (PAGES | MORE).items():
            print(row(name, path, browsers, cookie), flush=True)
    print(f"wanted: ratio at most {WANTED_RATIO}, at most {WANTED_QUERIES} queries, first load at most {WANTED_KILOBYTES} KB")


def furnish(sessions: int) -> str:
    """The small house: everybody there will be, the sessions so far, a full board, and two customers with the mechanic; his cookie."""
    rows.customers(0, CUSTOMERS)
    rows.mechanics(0, MECHANICS - 1)
    rows.ended(1, sessions, customers=CUSTOMERS, mechanics=MECHANICS)
    first = LARGE + 1
    rows.waiting_in_queue(first, first + WAITING + 1)
    me = User.objects.select_related("mechanic").get(email=f"mechanic{ME}@example.org")
    for session in list(Session.objects.filter(status="pending").order_by("pk")[:2]):
        queue.accept(session.pk, by=me)
        room.enter(session.pk, by=session.customer)
    rows.settle()
    return f"{settings.SESSION_COOKIE_NAME}={sign_in(me)}"


@contextmanager
def copy_of_database() -> Iterator[str]:
    """Another database just like ours is now; its address."""
    url = urlsplit(os.environ["DATABASE_URL"])
    ours, copy = url.path.strip("/"), f"{url.path.strip('/')}_small"
    connection.close()
    with psycopg.connect(url._replace(path="/template1").geturl(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{ours}"')
        try:
            yield url._replace(path=f"/{copy}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def row(name: str, path: str, browsers: list[HTTPConnection], cookie: str) -> str:
    """The line of the table for one page."""
    rounds = [[web.get(browser, path, cookie)[0] for browser in browsers] for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    small, large = (statistics.median(times) for times in zip(*rounds, strict=True))
    body = web.get(browsers[-1], path, cookie)[1]
    load = f"{first_load(browsers[-1], body) / 1000:>16.1f}" if name in PAGES else ""
    return f"{name:<26}{small:>11.1f}{large:>11.1f}{large / small:>8.2f}{queries(path, cookie):>9}{len(body) / 1000:>10.1f}{load}"


def queries(path: str, cookie: str) -> int:
    """How often the page asks the large database."""
    client = Client(headers={"Host": "localhost"})
    client.cookies.load(cookie)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


def first_load(browser: HTTPConnection, body: bytes) -> int:
    """Bytes that somebody fetches who has never been here, without headers."""
    return len(body) + sum(len(web.get(browser, address)[1]) for address in web.assets_of(gzip.decompress(body).decode()))

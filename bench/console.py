"""The admin's list of sessions and the page of one, in a small house and in a large one.

As for the tabs: two databases, one a copy of the other before it grew, a server for each, and requests that alternate between them.
"""

import os
import statistics
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from importlib import import_module

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings

from accounts_app.models import User
from bench import rows, web
from bench.fanout import sign_in
from bench.tabs import copy_of_database, queries

SMALL, LARGE = (int(os.environ.get(name, size)) for name, size in (("CONSOLE_SMALL", "1000"), ("CONSOLE_LARGE", "1000000")))
ROUNDS = 40
WARM_UP = 8  # rounds more
CUSTOMERS, MECHANICS, WAITING = 100_000, 20, 40
WANTED_RATIO, WANTED_QUERIES = 1.5, 15

LIST = "/admin/sessions_app/session/"
SHOWN = 500  # the number of the session whose page is opened
PAGES = {
    "all sessions": LIST,
    "their second page": f"{LIST}?p=2",
    "the last page there is": f"{LIST}?p=20",
    "cancelled ones": f"{LIST}?status__exact=cancelled",
    "urgent ones": f"{LIST}?urgent=yes",
    "one mechanic's": f"{LIST}?mechanic=Mechanic+7",
    "of one country": f"{LIST}?country=US",
    "of the last day": f"{LIST}?age=day",
    "searched: a common word": f"{LIST}?q=toyota",
    "searched: a plate": f"{LIST}?q=C{SHOWN}",
    "searched: an address": f"{LIST}?q=customer{SHOWN}%40example.org",
    "searched: an id": f"{LIST}?q=00000000-0000-4000-8002-{SHOWN:012x}",
    "found nothing": f"{LIST}?q=zeppelin",
    "the page of one": f"{LIST}00000000-0000-4000-8002-{SHOWN:012x}/change/",
}
COLUMNS = (f"{'':<26}", f"{'small, ms':>11}", f"{'large, ms':>11}", f"{'ratio':>8}", f"{'queries':>9}", f"{'page, KB':>10}")


def run() -> None:
    """Prints the table. CONSOLE_SMALL and CONSOLE_LARGE change the numbers of sessions."""
    print(f"\nThe admin with {SMALL:,} and with {LARGE:,} sessions: median of {ROUNDS} requests", flush=True)
    with ExitStack() as stack:
        stack.enter_context(web.static_files())
        cookie = furnish(SMALL)
        small = stack.enter_context(copy_of_database())
        rows.ended(SMALL + 1, LARGE, customers=CUSTOMERS, mechanics=MECHANICS)
        rows.settle()
        browsers = [stack.enter_context(web.site(url)) for url in (small, os.environ["DATABASE_URL"])]
        print("".join(COLUMNS))
        for name, path in PAGES.items():
            print(row(name, path, browsers, cookie), flush=True)
    print(f"wanted: ratio at most {WANTED_RATIO}, at most {WANTED_QUERIES} queries")


def furnish(sessions: int) -> str:
    """Everybody there will be, the sessions so far, and what waits in the queue; the cookie of somebody of the support team."""
    rows.customers(0, CUSTOMERS)
    rows.mechanics(0, MECHANICS - 1)
    rows.ended(1, sessions, customers=CUSTOMERS, mechanics=MECHANICS)
    first = LARGE + 1
    rows.waiting_in_queue(first, first + WAITING - 1)
    staff = User.objects.create_superuser("staff@example.org", full_name="Sam Staff")
    TOTP.activate(staff, generate_totp_secret())
    rows.settle()
    return f"{settings.SESSION_COOKIE_NAME}={come_in(staff)}"


def come_in(staff: User) -> str:
    """The key of a session cookie of somebody who has typed the code of the second factor."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(sign_in(staff))
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(staff.pk)
    session.save()
    return session.session_key


def row(name: str, path: str, browsers: list[HTTPConnection], cookie: str) -> str:
    """The line of the table for one page."""
    rounds = [[web.get(browser, path, cookie)[0] for browser in browsers] for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    small, large = (statistics.median(times) for times in zip(*rounds, strict=True))
    size = len(web.get(browsers[-1], path, cookie)[1]) / 1000
    return f"{name:<26}{small:>11.1f}{large:>11.1f}{large / small:>8.2f}{queries(path, cookie):>9}{size:>10.1f}"

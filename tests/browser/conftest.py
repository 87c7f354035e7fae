"""People at their browsers. Every page of every story is also watched: no error in the console, no refused script or style, no
request to another host."""

from collections.abc import Callable, Iterator
from importlib import import_module
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from accounts_app.models import User
from tests.conftest import Site

# What a browser says by itself when a test takes the network away, or when a page answers with a status that the story wants.
EXPECTED = ("Failed to load resource", "WebSocket connection to", "net::ERR_", "Response Status Error Code 4")


class Watch:
    """What went wrong in a browser context without anybody looking."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.complaints: list[str] = []
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self.see)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.complaints.append(f"console {message.type}: {message.text}")

    def see(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.netloc != self.host:
            self.complaints.append(f"request to another host: {request.url}")


@pytest.fixture
def browse(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a browser of one's own: `browse(max)` for somebody who is signed in, `browse()` for a visitor.

    Keyword arguments go to the browser context: `viewport`, `java_script_enabled`, `color_scheme`, `reduced_motion`.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_browser(user: User | None = None, **options: object) -> Page:
        context = browser.new_context(base_url=site.url, locale="en-US", timezone_id="UTC", **options)
        context.set_default_timeout(10_000)
        if user:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(user), "url": site.url}])
        opened.append((context, Watch(context, urlsplit(site.url).netloc)))
        return context.new_page()

    yield open_browser
    for context, _watch in opened:
        context.close()
    complaints = [complaint for _context, watch in opened for complaint in watch.complaints]
    assert not complaints, "\n".join(complaints)


def signed_in(user: User) -> str:
    """The key of a session in which `user` is signed in. The form itself has a story of its own."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def assert_accessible(page: Page) -> None:
    """Fails with what axe finds on the page as it is now (WCAG 2.2 A and AA, and its best practices)."""
    found = Axe().run(page, options={"preload": False})
    assert found.response["passes"], "axe looked at nothing"
    assert not found.response["violations"], f"{page.url}\n{found.generate_report()}"


def assert_fits(page: Page) -> None:
    """Fails when the page is wider than the window."""
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{page.url} is {width} px wide in a window of {window} px"

"""For machines that watch: /healthz says that this process answers, /readyz whether everything that it needs works.

Both are answered before anything else has a say: no allowed hosts, no redirect to https, no cookie, no session.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import timedelta

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from files_app import storage
from files_app.models import SessionFile
from mechanichub.checks import describe, drift, unapplied

ENOUGH = 2.0  # seconds that all probes together have for their answers
HEARTBEAT = timedelta(seconds=60)  # a worker writes one every ten seconds


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """What works and what does not, each in words; 503 when anything does not that is needed. It takes two seconds at most.

    Files are named and not needed: everything else works without them, so nobody should take this server out of service.
    """
    found = ask(PROBES)
    ready = all(answer == "ok" for name, answer in found.items() if name != files.__name__)
    answer = JsonResponse({"ready": ready, **found}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})
    answer._has_been_logged = True  # Django would write a line without the reason at each visit of a watcher
    return answer


class Health:
    """Answers the two addresses. The first middleware of all."""

    answers = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answers.get(request.path_info, self.get_response)(request)


class Probe:
    """A question to a part of the installation that may never be answered.

    It is asked in a thread of its own, which stays behind when there is no answer in time. As long as one waits, whoever asks
    waits for the same answer: there is one such thread at most.
    """

    def __init__(self, question: Callable[[], str]) -> None:
        self.name, self.question = question.__name__, question
        self.lock = threading.Lock()
        self.answer: Future[str] | None = None

    def ask(self) -> "Future[str]":
        """Asks, and returns at once."""
        with self.lock:
            if self.answer is None or self.answer.done():
                self.answer = Future()
                threading.Thread(target=self._find_out, args=[self.answer], daemon=True, name=f"readyz-{self.name}").start()
            return self.answer

    def _find_out(self, answer: "Future[str]") -> None:
        try:
            found = self.question()
        except Exception as error:
            found = f"does not work ({type(error).__name__})"
        finally:
            connection.close()
        answer.set_result(found)


def ask(probes: list[Probe]) -> dict[str, str]:
    """Asks all at the same time and waits for the answers, in all no longer than ENOUGH."""
    answers = {probe.name: probe.ask() for probe in probes}
    wait(answers.values(), timeout=ENOUGH)
    return {name: answer.result() if answer.done() else "does not answer" for name, answer in answers.items()}


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def schema() -> str:
    waiting = unapplied()
    return describe(waiting) if waiting else drift() or "ok"


def live_updates() -> str:
    """How the channel layer is, as /readyz would say it; it takes two seconds at most."""
    return ask([CHANNELS])[channels.__name__]


def channels() -> str:
    return asyncio.run(_round_trip())


async def _round_trip() -> str:
    layer = get_channel_layer()
    if layer is None:
        return "not set up"
    async with asyncio.timeout(ENOUGH):
        name = await layer.new_channel()
        await layer.send(name, {"type": "readyz"})
        await layer.receive(name)
    return "ok"


def worker() -> str:
    last = ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True).first()
    if last is None:
        return "no worker runs"
    age = timezone.now() - last
    return "ok" if age < HEARTBEAT else f"no sign of life for {age.total_seconds():.0f} s"


def files() -> str:
    if not settings.FILES_ENABLED:
        return "switched off"
    SessionFile.objects.exists()
    try:
        storage.probe()
    except storage.StorageDown as down:
        return f"does not work ({type(down.__cause__).__name__})"
    return "ok"


CHANNELS = Probe(channels)
PROBES = [Probe(database), Probe(schema), CHANNELS, Probe(worker), Probe(files)]

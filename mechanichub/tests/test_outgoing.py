"""A file is sent by the event loop: no thread waits for whoever takes it slowly."""

import asyncio
from collections.abc import Callable, Iterable
from io import BytesIO

import pytest
from a2wsgi import WSGIMiddleware

from mechanichub import outgoing
from mechanichub.asgi import PIECES_WAITING, THREADS
from tests.asynchronous import run

CLIP = bytes(number % 251 for number in range(3 * outgoing.PIECE + 5))
SCOPE = {"type": "http", "method": "GET", "path": "/", "http_version": "1.1", "query_string": b"", "headers": []}


class File(BytesIO):
    reads = 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        return super().read(size)


def site(pages: Callable) -> Callable:
    threads = WSGIMiddleware(outgoing.handing_over(pages), workers=THREADS, send_queue_size=PIECES_WAITING)
    return outgoing.files_by_the_loop(threads)


def giving(file: File) -> Callable:
    def pages(environ: dict, start_response: Callable) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(len(file.getvalue())))])
        return environ["wsgi.file_wrapper"](file, 4096)

    return pages


def page(environ: dict, start_response: Callable) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"a page"]


class Client:
    """Somebody who asks, and may stop taking or go away after some pieces."""

    def __init__(self, *, takes: int = 1000, goes: bool = False) -> None:
        self.takes, self.goes, self.got = takes, goes, b""
        self.sent: list[dict] = []
        self.is_complete = asyncio.Event()

    async def receive(self) -> dict:
        if self.goes:
            return {"type": "http.disconnect"}
        await asyncio.sleep(60)
        return {}

    async def send(self, message: dict) -> None:
        if len(self.sent) > self.takes:
            await asyncio.sleep(60)
        self.sent.append(message)
        self.got += message.get("body", b"")
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.is_complete.set()

    async def ask(self, application: Callable) -> None:
        await application(SCOPE, self.receive, self.send)


def test_a_file_arrives_whole_and_is_closed() -> None:
    file, client = File(CLIP), Client()
    run(client.ask(site(giving(file))))
    assert client.got == CLIP and client.sent[-1] == {"type": "http.response.body", "body": b""}
    assert file.closed


def test_pages_go_as_before() -> None:
    client = Client()
    run(client.ask(site(page)))
    assert client.got == b"a page" and client.is_complete.is_set()


def test_more_people_than_threads_take_a_file_slowly_and_pages_go_on() -> None:
    async def story() -> Client:
        slow = [Client(takes=1) for _ in range(THREADS * 3)]
        application = site(lambda environ, start: (page if environ["PATH_INFO"] == "/page" else giving(File(CLIP)))(environ, start))
        waiting = [asyncio.create_task(client.ask(application)) for client in slow]
        while not all(client.sent for client in slow):
            await asyncio.sleep(0.01)
        quick = Client()
        await application(SCOPE | {"path": "/page"}, quick.receive, quick.send)
        assert not any(task.done() for task in waiting), "nobody waits, so this shows nothing"
        for task in waiting:
            task.cancel()
        return quick

    assert run(asyncio.wait_for(story(), 10)).got == b"a page"


def test_no_more_is_read_for_somebody_who_went_away() -> None:
    file = File(bytes(outgoing.PIECE * 50))
    run(Client(goes=True).ask(site(giving(file))))
    assert file.reads < 5 and file.closed


def test_who_never_takes_anything_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TAKEN_WITHIN", 0.05)
    file = File(CLIP)
    run(asyncio.wait_for(Client(takes=1).ask(site(giving(file))), 5))
    assert file.closed

"""A real HTTP server on this machine, to which webhooks lead in tests: it remembers what came, and answers as it is told to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Message:
    """One POST that came."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> tuple[str, int]:
        """(type, number in its session)"""
        return self.body["type"], self.body.get("number", 0)


def status(code: int, text: str = "", **headers: str) -> Answering:
    """An ordinary answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = text.encode()
        handler.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def raw(*pieces: bytes, until: threading.Event | None = None) -> Answering:
    """Just these bytes; afterwards it says nothing more until the event, and then hangs up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        if until:
            until.wait(10)
        handler.close_connection = True

    return answer


@dataclass
class Receiver:
    """`answers` are used up one by one; when none is left the answer is 204."""

    server: ThreadingHTTPServer
    got: list[Message] = field(default_factory=list)
    answers: list[Answering] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?shop=1"

    @property
    def told(self) -> list[tuple[str, int]]:
        return [message.told for message in self.got]

    def hear(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.got.append(Message(handler.path, {name.lower(): value for name, value in handler.headers.items()}, body))
        (self.answers.pop(0) if self.answers else status(204))(handler)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody hung up in the middle of a word, or did not like our certificate. That is what is tested."""


def listening() -> Receiver:
    """A receiver that listens; the caller ends it with `server.shutdown()` and `server.server_close()`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            try:
                receiver.hear(self)
            except OSError:
                self.close_connection = True  # we were hung up on

        def do_GET(self) -> None:
            receiver.got.append(Message(self.path, {}, b"{}"))
            status(200)(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(server)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return receiver

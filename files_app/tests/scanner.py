"""A virus scanner that speaks clamd's protocol, and can fail in the ways that clamd does."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HONEST, SILENT, RESET, ERROR, HALF, CHATTY, SLOW = "honest", "silent", "reset", "error", "half", "chatty", "slow"


class Scanner(socketserver.ThreadingMixIn, socketserver.BaseServer):
    daemon_threads = True
    manner = HONEST
    seen: bytes = b""

    def start(self) -> None:
        self.started, self.released = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class OnPort(Scanner, socketserver.TCPServer):
    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class OnSocket(Scanner, socketserver.UnixStreamServer):
    @property
    def url(self) -> str:
        return f"unix://{self.server_address}"


class Talk(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        self.server.started.set()
        if self.server.manner == RESET:  # as clamd does when a file is longer than StreamMaxLength
            self.rfile.read(4)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        self.server.seen = b"".join(self.chunks())
        if self.server.manner == SLOW:
            self.server.released.wait(30)
        self.wfile.write(self.answer())

    def chunks(self) -> Iterator[bytes]:
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            yield self.rfile.read(length)

    def answer(self) -> bytes:
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in self.server.seen else b"stream: OK\0"
        odd = {SILENT: b"", ERROR: b"INSTREAM size limit exceeded. ERROR\0", HALF: b"stream: O", CHATTY: b"stream: OK\0stream: OK\0"}
        return odd.get(self.server.manner, verdict)


@contextmanager
def scanner(at: Path | None = None, manner: str = HONEST) -> Iterator[Scanner]:
    """Listens on a port, or at a path."""
    server = OnSocket(str(at), Talk) if at else OnPort(("127.0.0.1", 0), Talk)
    server.manner = manner
    server.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

"""A real S3 server for tests, and somebody between it and us who misbehaves."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import boto3
from moto.server import ThreadedMotoServer

from mechanichub.addresses import file_storage

BUCKET, KEY, SECRET = "garage", "AKIATEST", "s3cr3t/+="


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server that has one empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    bucket_of(address).create()
    try:
        yield address
    finally:
        server.stop()


def bucket_of(endpoint: str):
    """The bucket, as its operator sees it."""
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
    return boto3.resource("s3", endpoint_url=endpoint, **keys).Bucket(BUCKET)


def files_url(endpoint: str, prefix: str = "some/where", public: str = "") -> str:
    """`public`: the server's address for browsers, where that is another one."""
    place = f"{quote(KEY, safe='')}:{quote(SECRET, safe='')}@{BUCKET}/{prefix}"
    return f"s3://{place}?endpoint={quote(endpoint, safe='')}&region=us-east-1" + (f"&public={quote(public, safe='')}" if public else "")


def storages(settings, endpoint: str, **more: str) -> dict:
    """STORAGES for files on the server at this address."""
    return settings.STORAGES | {"default": file_storage(files_url(endpoint, **more), otherwise="")}


@dataclass
class Meddler:
    """A proxy in front of a server. `how` names what it does to answers, and can be changed at any time.

    "": nothing. "hangs up": before any answer. "waits": for ever. "lies": says 200 to what is to be stored, and passes none of it on.
    "forgets half": stores half of it, and says 200. "breaks off": sends half of an answer.
    """

    server: str
    how: str = ""
    seen: list[str] = field(default_factory=list)

    def __enter__(self) -> "Meddler":
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        self.is_over = threading.Event()
        threading.Thread(target=self._open, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over.set()
        self.door.shutdown(socket.SHUT_RDWR)  # whoever waits in accept() would let one more in
        self.door.close()

    def _open(self) -> None:
        while not self.is_over.is_set():
            try:
                client, _address = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            while request := _message(client):
                self.seen.append(request.split(b"\r\n", 1)[0].decode())
                answer = self._answer(request)
                client.sendall(answer)
                if not answer or self.how == "breaks off":
                    return

    def _answer(self, request: bytes) -> bytes:
        is_put = request.startswith(b"PUT")
        if self.how == "hangs up":
            return b""
        if self.how == "waits":
            self.is_over.wait()
            return b""
        if self.how == "lies" and is_put:
            return b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 0\r\n\r\n'
        if self.how == "forgets half" and is_put:
            request = _half_of(request)
        answer = self._ask(request)
        return answer[: len(answer) - len(_body(answer)) // 2] if self.how == "breaks off" else answer

    def _ask(self, request: bytes) -> bytes:
        place = urlsplit(self.server)
        with socket.create_connection((place.hostname or "", place.port or 80)) as server:
            server.sendall(request)
            return _message(server, is_head=request.startswith(b"HEAD"))


def _message(stream: socket.socket, *, is_head: bool = False) -> bytes:
    """One HTTP request or answer; b"" when there is none."""
    head = b""
    while b"\r\n\r\n" not in head:
        if not (piece := stream.recv(2**16)):
            return b""
        head += piece
    if re.search(rb"(?i)\r\nexpect: 100-continue", head):
        stream.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    said = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    missing = int(said[1]) - len(_body(head)) if said and not is_head else 0
    rest = []
    while missing > 0 and (piece := stream.recv(2**16)):
        rest.append(piece)
        missing -= len(piece)
    return re.sub(rb"(?i)\r\nexpect: 100-continue", b"", head) + b"".join(rest)


def _body(message: bytes) -> bytes:
    return message.split(b"\r\n\r\n", 1)[1]


def _half_of(request: bytes) -> bytes:
    """The same request with half of its body, and nothing that would tell."""
    head, body = request.split(b"\r\n\r\n", 1)
    half = body[: len(body) // 2]
    head = re.sub(rb"(?i)\r\n(content-length|x-amz-checksum-\w+|x-amz-sdk-checksum-algorithm|content-md5): *[^\r]*", b"", head)
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(half) + half

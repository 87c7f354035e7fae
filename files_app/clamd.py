"""Asks a virus scanner, where the installation has one (CLAMD_URL): clamd of ClamAV, by its INSTREAM command.

Only "OK" means clean. No answer, half an answer, a connection that is reset because the file is longer than the scanner takes:
all of that is no answer, and the file waits.
"""

import socket
import struct
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from mechanichub.errors import Unavailable

PORT = 3310
CHUNK = 2**16  # bytes
PATIENCE = 60  # seconds for each step
LONGEST_ANSWER = 4096  # bytes


class NoScanner(Unavailable):
    """The scanner did not say anything that can be relied on."""

    code = "no_scanner"


def scan(path: Path) -> str:
    """What the scanner found in a file, by its name; "" when it is clean, or when there is no scanner here.

    Raises:
        NoScanner: nobody knows.
    """
    if not settings.CLAMD_URL:
        return ""
    try:
        return _verdict(_asked(path))
    except OSError as error:
        raise NoScanner(_("The virus scanner does not answer.")) from error


def _asked(path: Path) -> str:
    with _connection() as scanner, path.open("rb") as file:
        scanner.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
        scanner.sendall(struct.pack("!L", 0))
        answer = b""
        while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0") and (more := scanner.recv(CHUNK)):
            answer += more
    return answer.decode(errors="replace")


def _connection() -> socket.socket:
    place = urlsplit(settings.CLAMD_URL)
    if place.scheme != "unix":
        return socket.create_connection((place.hostname or "", place.port or PORT), timeout=PATIENCE)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    try:
        connection.connect(unquote(place.path))
    except OSError:
        connection.close()
        raise
    return connection


def _verdict(answer: str) -> str:
    """Out of "stream: OK" and "stream: Some.Name FOUND", both with a NUL behind."""
    text, end, rest = answer.partition("\0")
    about, _colon, said = text.partition(": ")
    if about == "stream" and end and not rest:
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")
    raise NoScanner(_("The virus scanner answers %(answer)s.") % {"answer": repr(answer[:100])})

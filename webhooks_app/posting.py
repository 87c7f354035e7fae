"""One POST to somebody else's server, which may be slow, endless, or out for harm.

Of the standard library, and not of a client for HTTP: what matters here is which address is connected to, that no redirect is
followed, that no proxy of the environment is asked, and that it ends in time whatever the other side does; a client would have to be
talked out of being helpful for each of these.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse

from django.utils.translation import gettext as _

from webhooks_app import targets

TIME_LIMIT = 10  # seconds, from the question to the name servers to the end of the answer
ANSWER_READ = 4096  # bytes; the rest of an answer stays where it is


class NoAnswer(Exception):
    """There was no answer in HTTP. The text says why, for the owner of the address."""


@dataclass(frozen=True)
class Answer:
    """What the other side said.

    Args:
        text: the beginning of its body, as text that can be stored.
        retry_after: its header, as it came.
    """

    status: int
    text: str
    retry_after: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: dict[str, str], *, local: bool = False, seconds: float = TIME_LIMIT) -> Answer:
    """Posts `body`.

    Args:
        local: http and this very machine are allowed as well.
        seconds: for all of it.

    Raises:
        NoAnswer: there was none, or the address is one that we do not post to.
    """
    ends_at = time.monotonic() + seconds
    try:
        target = targets.parse(url, local=local)
        with _line_to(target, targets.addresses(target, local=local, seconds=seconds / 2), ends_at) as line:
            return _ask(line, target, body, headers, ends_at)
    except targets.NotAllowed as refusal:
        raise NoAnswer(str(refusal))
    except (OSError, HTTPException, ValueError) as failure:  # of the last kind: what http.client makes of nonsense
        raise NoAnswer(_too_slow(seconds) if time.monotonic() >= ends_at else _words(failure))


def seconds_to_wait(retry_after: str, now: datetime) -> int:
    """What a header `Retry-After` means (RFC 9110, 10.2.3), in seconds from `now`; 0 for none and for nonsense."""
    if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 10:
        return int(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    return max(0, int(((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()))


@contextmanager
def _line_to(target: targets.Target, addresses: list[str], ends_at: float) -> Iterator[socket.socket]:
    """An open line to one of the addresses, which breaks off when the time is over, even in the middle of a word."""
    with _connected(addresses, target.port, ends_at) as plain, _hung_up(plain, ends_at):
        plain.settimeout(_left(ends_at))
        if not target.is_secure:
            yield plain
            return
        with ssl.create_default_context().wrap_socket(plain, server_hostname=target.host) as secure:
            yield secure


def _connected(addresses: list[str], port: int, ends_at: float) -> socket.socket:
    failure: OSError = OSError(_("the name has no address"))
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_left(ends_at))
        except OSError as why:
            failure = why
    raise failure


@contextmanager
def _hung_up(line: socket.socket, ends_at: float) -> Iterator[None]:
    """A time limit for each read is none for all of them: who sends a byte every nine seconds would keep us for a day."""
    same_line = line.dup()  # TLS takes the first one over
    clock = threading.Timer(_left(ends_at), _shut, [same_line])
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
        clock.join()
        same_line.close()


def _shut(line: socket.socket) -> None:
    with suppress(OSError):  # it was over already
        line.shutdown(socket.SHUT_RDWR)


def _ask(line: socket.socket, target: targets.Target, body: bytes, headers: dict[str, str], ends_at: float) -> Answer:
    http = HTTPConnection(target.host, target.port)
    http.sock = line
    http.request("POST", target.path, body, headers | {"Host": target.host_header, "Connection": "close"})
    answer = http.getresponse()
    _left(ends_at)  # to http.client a line that broke off among the headers is their end
    return Answer(answer.status, _beginning(answer), answer.headers.get("Retry-After", "")[:100])


def _beginning(answer: HTTPResponse) -> str:
    """What came of the body; how it ends does not change what the status said."""
    with suppress(OSError, HTTPException, ValueError):
        text = answer.read(ANSWER_READ).decode(errors="replace").strip()
        return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)
    return ""


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _too_slow(seconds: float) -> str:
    return _("There was no answer within %(seconds)g seconds.") % {"seconds": seconds}


def _words(failure: Exception) -> str:
    """Why there was no answer, in words that help the owner of the server; never more than he knows of it himself."""
    if isinstance(failure, ssl.SSLCertVerificationError):
        return _("The certificate is not good: %(why)s.") % {"why": failure.verify_message}
    if isinstance(failure, ssl.SSLError):
        return _("There is no secure connection: %(why)s.") % {"why": failure.reason or failure}
    if isinstance(failure, socket.gaierror):
        return _("The name of the server is not known.")
    if isinstance(failure, ConnectionRefusedError):
        return _("The server refuses the connection.")
    if isinstance(failure, (ConnectionError, HTTPException, ValueError)):
        return _("The server broke off, or what it said was not HTTP.")
    return (
        _("The server cannot be reached: %(why)s.") % {"why": failure.strerror or failure} if isinstance(failure, OSError) else str(failure)
    )

"""One POST, against servers that do not behave. Every one of these ends in time, and none of them leads anywhere else."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from webhooks_app.posting import NoAnswer, post
from webhooks_app.tests.receiver import Receiver, listening, raw, status

SOON = 0.3  # seconds


@pytest.fixture
def server() -> Iterator[Receiver]:
    receiver = listening()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Lets servers that wait for ever go, when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def refused(url: str, **how) -> str:
    with pytest.raises(NoAnswer) as why:
        post(url, b"{}", {}, **{"local": True, "seconds": SOON} | how)
    return str(why.value)


def test_an_answer_is_an_answer_whatever_its_status(server: Receiver):
    server.answers = [status(200, "Thank you"), status(404), status(500, "Sorry")]
    told = [post(server.url, b'{"a": 1}', {"webhook-id": "x"}, local=True) for _once in range(3)]
    assert [(answer.status, answer.text, answer.is_good) for answer in told] == [
        (200, "Thank you", True),
        (404, "", False),
        (500, "Sorry", False),
    ]
    assert server.got[0].raw == b'{"a": 1}' and server.got[0].headers["host"] == f"127.0.0.1:{server.server.server_port}"


def test_a_redirect_is_not_followed(server: Receiver):
    server.answers = [status(307, Location=server.url), status(301, Location="http://127.0.0.1:1/")]
    assert post(server.url, b"{}", {}, local=True).status == 307
    assert post(server.url, b"{}", {}, local=True).status == 301
    assert len(server.got) == 2


def test_a_server_that_says_nothing_is_left(server: Receiver, over: threading.Event):
    server.answers = [raw(until=over)]
    assert refused(server.url) == "There was no answer within 0.3 seconds."


def test_a_server_that_says_a_letter_now_and_then_is_left_as_well(server: Receiver, over: threading.Event):
    """A time limit for each read would let it go on for a day."""

    def trickle(handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.05):
            handler.wfile.write(b"X-A: b\r\n")

    server.answers = [trickle]
    assert refused(server.url) == "There was no answer within 0.3 seconds."


def test_of_an_endless_answer_the_beginning_is_read(server: Receiver, over: threading.Event):
    def endless(handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            handler.wfile.write(b"x" * 65536)

    server.answers = [endless]
    assert post(server.url, b"{}", {}, local=True).text == "x" * 4096


def test_an_answer_that_breaks_off_counts_by_its_status(server: Receiver, over: threading.Event):
    server.answers = [
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"),
        raw(b"HTTP/1.1 202 OK\r\nContent-Length: 1000\r\n\r\nhalf", until=over),
    ]
    assert [post(server.url, b"{}", {}, local=True, seconds=SOON).status for _once in range(3)] == [200, 200, 202]


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 5000, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n"],
)
def test_nonsense_is_no_answer(server: Receiver, nonsense: bytes):
    server.answers = [raw(nonsense)]
    assert refused(server.url) == "The server broke off, or what it said was not HTTP."


def test_nobody_there(server: Receiver):
    server.server.shutdown()
    server.server.server_close()
    assert refused(server.url) == "The server refuses the connection."
    assert refused("https://receiver.invalid/") == "The name of the server is not known."


def test_without_the_setting_nothing_is_posted_to_this_machine(server: Receiver):
    port = server.server.server_port
    assert refused(server.url, local=False) == "The address has to begin with https://."
    for host in ("127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f.1", "0.0.0.0"):
        assert "is inside of a network" in refused(f"https://{host}:{port}/", local=False), host
    assert not server.got


# --- TLS -----------------------------------------------------------------------------------------


def certificate(folder: Path, host: str) -> Path:
    """A certificate that nobody has signed but itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    file = folder / f"{host}.pem"
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    file.write_bytes(plain + signed.public_bytes(serialization.Encoding.PEM))
    return file


def secured(receiver: Receiver, file: Path) -> str:
    """The receiver's address, which speaks TLS from now on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True, do_handshake_on_connect=False)
    return receiver.url.replace("http:", "https:")


def test_a_certificate_has_to_be_good_and_for_that_very_host(server: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    good, other = certificate(tmp_path, "127.0.0.1"), certificate(tmp_path, "127.0.0.9")
    url = secured(server, good)
    assert "certificate is not good" in refused(url, seconds=5), "nobody vouches for it"
    monkeypatch.setenv("SSL_CERT_FILE", str(good))
    assert post(url, b"{}", {}, local=True).status == 204
    assert "certificate is not good" in refused(url.replace("127.0.0.1", "localhost"), seconds=5), "it is for another host"
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert "certificate is not good" in refused(url, seconds=5)
    assert len(server.got) == 1


def test_a_handshake_that_does_not_end_is_left(server: Receiver, over: threading.Event):
    """A plain server to which we speak TLS: it waits for the end of a line."""
    assert refused(server.url.replace("http:", "https:")) in (
        "There was no answer within 0.3 seconds.",
        "There is no secure connection: WRONG_VERSION_NUMBER.",
        "There is no secure connection: HTTP_REQUEST.",
    )

"""How tests send files by tus: as a browser does, through the test client."""

from base64 import b64encode
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from files_app.models import Bundle, SessionFile
from sessions_app.models import Session

VERSION = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"
BODY = bytes(number % 251 for number in range(1000))


def where(home: Session | UUID) -> str:
    """The address that files for this session, or for this intake, are announced to."""
    return reverse("session-uploads", args=[home.pk]) if isinstance(home, Session) else reverse("intake-uploads", args=[home])


def metadata(**told: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())


def announce(
    client: Client,
    home: Session | UUID,
    size: int = len(BODY),
    *,
    name: str = "engine.jpg",
    client_id: UUID | str | None = None,
    filetype: str = "image/jpeg",
    **told: str,
) -> HttpResponse:
    about = metadata(filename=name, filetype=filetype, client_id=str(client_id or uuid4()), **told)
    return client.post(where(home), headers={**VERSION, "Upload-Length": str(size), "Upload-Metadata": about})


def send_piece(client: Client, address: str, offset: int, body: bytes, **headers: str) -> HttpResponse:
    return client.patch(address, body, content_type=PIECE, CONTENT_TYPE=PIECE, headers={**VERSION, "Upload-Offset": str(offset), **headers})


def how_far(client: Client, address: str) -> HttpResponse:
    return client.head(address, headers=VERSION)


def send(client: Client, home: Session | UUID, body: bytes = BODY, **about: str) -> SessionFile:
    """Announces and sends a whole file; the file that it became."""
    address = announce(client, home, len(body), **about)["Location"]
    answer = send_piece(client, address, 0, body)
    assert answer.status_code == 204, answer.content
    return SessionFile.objects.get(pk=address.split("/")[-2])


def new_intake(client: Client) -> UUID:
    """The id under which the files of a fresh intake page go."""
    return client.get("/help/free/").context["form"]["bundle"].value()


def bundle(pk: UUID) -> Bundle:
    return Bundle.objects.get(pk=pk)

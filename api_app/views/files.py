"""Files: sent whole, listed, and fetched through the session that holds them."""

from uuid import UUID, uuid4

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.files import FileAnswer, FilesAnswer
from api_app.bodies import Body
from api_app.endpoint import Endpoint
from api_app.schema import operation
from files_app import access, shelf, storage, uploads
from files_app.limits import SERVED
from files_app.models import SessionFile
from files_app.serving import served, served_thumbnail
from files_app.shelf import Shelf
from files_app.storage import StorageDown
from files_app.uploads import Announced
from requests_app.access import OFFERED, request_for
from sessions_app.access import room_for


class Anything(JSONRenderer):
    """For answers that are files: whatever is accepted, they are what they are. Problems are JSON all the same."""

    media_type = "*/*"


class FileBody(Body):
    """A file in a form (multipart/form-data)."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="JPEG, PNG, WebP or HEIC up to 15 MB; MP4, MOV or WebM up to 100 MB; PDF up to 10 MB."
    )
    client_id = serializers.UUIDField(required=False, help_text="Yours for this file: the same again is the same file.")


class Files(Endpoint):
    """/sessions/{id}/files/"""

    parser_classes = [MultiPartParser]
    in_one_transaction = False  # it calls the storage; the same `client_id` again is the same file

    @operation("listFiles", "The files of a session", answer=FilesAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """Customer and mechanic see all of them, also those that are being checked or were refused; a mechanic who could take the request
        the thumbnails of photos; the support team, when they have said why (`lookAtSession`), those that are ready."""
        role = request_for(request.user, pk).role
        found = offered_files(pk) if role == OFFERED else shelf.of(room_for(request.user, pk, see="files"), request.user)
        if found.unavailable:
            raise StorageDown
        context = {**self.get_serializer_context(), "role": role}
        return Response(FilesAnswer(FilesAnswer.of(pk, found), context=context).data)

    @operation("sendFile", "Send a file", body=FileBody, answer=FileAnswer, status=201, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """By customer and mechanic until the session ends, 10 files and 200 MB in all. The answer comes as soon as it has arrived; its
        state is `checking` until it was inspected, which takes seconds. In a room where people talk it is also a message.

        A large file over a bad line is better sent in pieces, so that it can go on where it stopped: by tus 1.0 (https://tus.io) to
        `/sessions/{id}/uploads/` on the site, with the session of a browser."""
        session = uploads.room_to_send(request.user, pk)
        told = self.read(FileBody)
        file = told["file"]
        announced = Announced(
            client_id=told.get("client_id") or uuid4(), name=file.name or "", size=file.size or 0, content_type=file.content_type or ""
        )
        arrived = uploads.receive_whole(session, announced, file, by=request.user)
        return self.answer(FileAnswer, SessionFile.objects.get(pk=arrived.pk), status=201)


def offered_files(pk: UUID) -> Shelf:
    """What a mechanic knows of the files of a request that he could take.

    Raises:
        StorageDown
    """
    with shelf.needed():
        storage.refuse_when_down()
        return Shelf(files=shelf.by_session([pk]).get(pk, []), files_left=0, bytes_left=0)


class File(Endpoint):
    """/sessions/{id}/files/{file}/"""

    @operation("getFile", "A file, described", answer=FileAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID, file: UUID) -> Response:
        """Of one that was found good. What is being checked or was refused stands in the list only."""
        with shelf.needed():
            return self.answer(FileAnswer, access.file_for(request.user, pk, file))


RANGE = OpenApiParameter("Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="One range of bytes (RFC 9110, 14).")
ELSEWHERE = {302: OpenApiResponse(description="Where the storage has it, for a minute.")}
PARTS = {416: OpenApiResponse(description="There is no such part of it.")}


def binary(words: str, status: int, *types: str) -> dict:
    return {(status, each): OpenApiResponse(OpenApiTypes.BINARY, description=words) for each in types}


ALL_TYPES = sorted(set().union(*SERVED.values()))


class Content(Endpoint):
    """/sessions/{id}/files/{file}/content/"""

    renderer_classes = [Anything]

    @operation(
        "getFileContent",
        "A file",
        answers=binary("The file.", 200, *ALL_TYPES) | binary("A part of it.", 206, *ALL_TYPES) | ELSEWHERE | PARTS,
        parameters=[RANGE],
        refusals=(404,),
    )
    def get(self, request: Request, pk: UUID, file: UUID) -> HttpResponseBase:
        """As it was found good: photos without their EXIF, PDFs written anew. It may be fetched in parts."""
        with shelf.needed():
            return served(request, access.file_for(request.user, pk, file))


class Thumbnail(Endpoint):
    """/sessions/{id}/files/{file}/thumbnail/"""

    renderer_classes = [Anything]

    @operation(
        "getThumbnail",
        "Its small picture",
        answers=binary("A JPEG.", 200, "image/jpeg") | binary("A part of it.", 206, "image/jpeg") | ELSEWHERE | PARTS,
        parameters=[RANGE],
        refusals=(404,),
    )
    def get(self, request: Request, pk: UUID, file: UUID) -> HttpResponseBase:
        """Of a photo or a video. A mechanic who could take the request sees those of photos."""
        with shelf.needed():
            return served_thumbnail(request, access.thumbnail_for(request.user, pk, file))

"""What templates say of files: how large, who sent them, and what may be sent."""

import json
from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from files_app import shelf
from files_app.limits import LARGEST, MB, MOST_BYTES, MOST_FILES, SERVED, Kind, Refusal
from files_app.models import SessionFile

register = template.Library()

# What a phone calls its photos before they are made into something that everybody can show.
AS_SENT = {**SERVED, Kind.PHOTO: SERVED[Kind.PHOTO] | {"image/heic", "image/heif"}}
BY_NAME = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".mp4", ".m4v", ".mov", ".webm", ".pdf")  # where the system knows no type


@register.filter
def in_bytes(size: int) -> str:
    """A size in words: "640 kB", "2.4 MB"; thousands, as in the limits."""
    if size < MB:
        return _("%(size)s kB") % {"size": max(1, round(size / 1000))}
    return _("%(size)s MB") % {"size": number_format(size / MB, decimal_pos=int(size < 10 * MB))}


@register.filter
def sender_name(file: SessionFile) -> str:
    """The name under which the others know who sent it."""
    sender = file.uploader
    if sender is None:
        return ""
    return sender.mechanic.display_name if sender.is_mechanic else sender.short_name


@register.filter
def not_refused(files: list[SessionFile]) -> list[SessionFile]:
    """Those that count."""
    return [file for file in files if file.state != SessionFile.State.REFUSED]


@register.filter
def ready_photos(files: list[SessionFile]) -> list[SessionFile]:
    """Those that can be shown as small pictures."""
    return [file for file in files if file.kind == Kind.PHOTO and file.state == SessionFile.State.READY]


@register.simple_tag(takes_context=True)
def files_with(context: Context, session: UUID) -> list[SessionFile]:
    """What came with a session: out of `came_with` (shelf.by_session) where a list asked for all at once, or else asked for now."""
    known = context.get("came_with")
    return (shelf.by_session([session]) if known is None else known).get(session, [])


@register.simple_tag
def what_may_be_sent() -> dict[str, Any]:
    """`accept` for a file field, and `limits`, as JSON, for the page that looks before it sends (file-sender.js)."""
    types = {kind.value: sorted(AS_SENT[kind]) for kind in Kind}
    words = {code.value: str(code.label) for code in (Refusal.EMPTY, Refusal.UNKNOWN, Refusal.TOO_LARGE)}
    too_many = _("There is no room for more: a session can have %(files)d files and %(size)s MB.")
    words["too_many"] = too_many % {"files": MOST_FILES, "size": MOST_BYTES // MB}
    limits = {"largest": {kind.value: size for kind, size in LARGEST.items()}, "types": types, "words": words}
    return {"accept": ",".join([*(each for kind in types.values() for each in kind), *BY_NAME]), "limits": json.dumps(limits)}

"""What a file is, by its first bytes. Names and claimed types are not asked.

This much runs outside of the cage: it compares bytes at fixed places and decodes nothing.
"""

import mmap
from pathlib import Path

from files_app.inspection.answers import Refuse
from files_app.limits import Kind, Refusal

KIND_OF = {
    "jpeg": Kind.PHOTO,
    "png": Kind.PHOTO,
    "webp": Kind.PHOTO,
    "heic": Kind.PHOTO,
    "mp4": Kind.VIDEO,
    "webm": Kind.VIDEO,
    "pdf": Kind.DOCUMENT,
}

# Brands of ISO base media files (the box "ftyp"); https://mp4ra.org/registered-types/brands
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
ANY_STILL = {b"mif1", b"msf1", b"mif2"}  # could be HEVC or AV1 inside: the other brands say
VIDEO = {b"isom", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"XAVC", b"mmp4", b"dash", b"cmfc", b"hvc1"}
VIDEO_FAMILIES = (b"iso", b"3gp", b"3g2", b"3gr", b"3gs", b"3ge")
# QuickTime files from before there was "ftyp" begin with one of these.
BARE_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip"}

HEAD = 4096  # bytes; more than enough for every signature
PDF = b"%PDF-"
PDF_WITHIN = 1024  # bytes; a PDF reader looks for its header in as many


def of(path: Path) -> str:
    """The format, a key of KIND_OF.

    Raises:
        Refuse: it is none that we show, or two at once.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Refuse(Refusal.EMPTY)
    name = by_signature(head)
    if name is None:
        raise Refuse(Refusal.UNKNOWN)
    if is_also_a_pdf(name, head, path):
        raise Refuse(Refusal.AMBIGUOUS)
    return name


def by_signature(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(PDF):
        return "pdf"
    if head.startswith(b"\x1a\x45\xdf\xa3"):  # EBML; which kind of it is seen by webm.py
        return "webm"
    if head[4:8] == b"ftyp":
        return by_brand(head)
    return "mp4" if head[4:8] in BARE_QUICKTIME else None


def by_brand(head: bytes) -> str | None:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major, others = head[8:12], {head[at : at + 4] for at in range(16, size - 3, 4)}
    if major in HEIC or (major in ANY_STILL and others & HEIC):
        return "heic"
    return "mp4" if major in VIDEO or major.startswith(VIDEO_FAMILIES) else None


def is_also_a_pdf(name: str, head: bytes, path: Path) -> bool:
    """A reader of PDFs would take it, too. Photos are searched to the end: their clean copy is safe, but whoever made this means harm."""
    if KIND_OF[name] is Kind.PHOTO:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            return whole.find(PDF) >= 0
    return name != "pdf" and PDF in head[:PDF_WITHIN]

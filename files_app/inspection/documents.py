"""PDFs: looked through for whatever acts by itself, and written anew without what only tells about who made them.

What stands in the pages is kept as it is, links to web addresses too: these wait for a click. An OpenAction that only says at
which page to open (an array; most word processors write one) is dropped; one that is an action of any sort refuses the file.
"""

import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name

from files_app.inspection.answers import Refuse
from files_app.limits import Refusal

MOST_OBJECTS = 100_000
MOST_PAGES = 1_000
MOST_VALUES = 2_000_000  # looked at; a page of a manual has some hundred

# ISO 32000-2: keys that hold a script, an action without a click, or a file within the file.
ACTIVE_KEYS = {
    "/AA",
    "/JS",
    "/JavaScript",
    "/EF",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/AF",
    "/RichMedia",
    "/RichMediaContent",
    "/RichMediaSettings",
    "/3DD",
    "/XFA",
    "/Collection",
    "/Rendition",
}
# Values of /S (actions), /Type and /Subtype (annotations and streams).
ACTIVE_NAMES = {
    "/JavaScript",
    "/Launch",
    "/GoToR",
    "/GoToE",
    "/GoTo3DView",
    "/SubmitForm",
    "/ImportData",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMedia",
    "/RichMediaExecute",
    "/3D",
    "/Screen",
    "/FileAttachment",
    "/EmbeddedFile",
}
TELLING_KEYS = ("/Metadata", "/PieceInfo", "/LastModified", "/Info")  # XMP, what programs keep for themselves, when it was changed
TRAILER_KEYS = {"/Root", "/Size", "/ID"}

# Where references may lead back by the standard: to a parent, a page, the previous one, an article's next bead.
LEADING_BACK = {
    *("/Parent", "/P", "/Prev", "/Last", "/Pg", "/Obj", "/IRT", "/Popup"),
    *("/Dest", "/Dests", "/D", "/SD", "/A", "/SE"),
    *("/B", "/Threads", "/T", "/N", "/V"),
    *("/StructTreeRoot", "/ParentTree", "/OCProperties", "/OC"),
    "/Resources",  # often one dictionary for all, so what stands in it finds itself there; what is drawn counts, see `draws`
}


# What qpdf warns of when it met a circle itself: a length that refers to itself, an object that is nothing but a reference.
FELL_OVER = re.compile(r"loop|expected endobj")


def look(_name: str, path: Path, out: Path, _ffmpeg: str) -> dict[str, Any]:
    """Writes the PDF anew, when nothing in it acts.

    Raises:
        Refuse: damaged, encrypted, active, or too complex.
    """
    with opened(path) as pdf:
        try:
            examine(pdf)
            plain = out / "file.pdf"
            # Streams stay as they are: what is packed in them is for the reader to unpack, not for us.
            pdf.save(plain, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False, deterministic_id=True)
        except pikepdf.PdfError:
            raise Refuse(Refusal.DAMAGED)
    return {"content_type": "application/pdf", "file": plain.name, "thumbnail": None, "width": None, "height": None}


def opened(path: Path) -> pikepdf.Pdf:
    """As it stands, without repairs: a repaired PDF is one that different readers read differently."""
    try:
        pdf = pikepdf.open(path, attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refuse(Refusal.ENCRYPTED)
    except MemoryError:
        raise
    except Exception:  # whatever a parser raises over nonsense
        raise Refuse(Refusal.DAMAGED)
    if pdf.is_encrypted:  # readable without a password, but not to be changed
        raise Refuse(Refusal.ENCRYPTED)
    return pdf


def examine(pdf: pikepdf.Pdf) -> None:
    """Takes away what tells, and refuses what acts.

    Raises:
        Refuse: active, too complex, or damaged.
    """
    if len(pdf.objects) > MOST_OBJECTS:
        raise Refuse(Refusal.TOO_COMPLEX)
    refuse_loops(pdf)
    budget = iter(range(MOST_VALUES))
    where_to_open(pdf.Root)
    for thing in pdf.objects:
        for inner in containers(thing, budget):
            if isinstance(inner, (pikepdf.Dictionary, pikepdf.Stream)):
                refuse_active(inner)
                for key in TELLING_KEYS:
                    if key in inner:
                        del inner[key]
    for key in set(pdf.trailer.keys()) - TRAILER_KEYS:
        del pdf.trailer[key]
    if not 0 < len(pdf.pages) <= MOST_PAGES:
        raise Refuse(Refusal.TOO_COMPLEX if len(pdf.pages) else Refusal.DAMAGED)


def where_to_open(root: pikepdf.Dictionary) -> None:
    """Drops the page to open at.

    Raises:
        Refuse: it is something to do.
    """
    if "/OpenAction" in root:
        if not isinstance(root.OpenAction, pikepdf.Array):
            raise Refuse(Refusal.ACTIVE)
        del root["/OpenAction"]


def refuse_active(thing: pikepdf.Dictionary | pikepdf.Stream) -> None:
    keys = set(thing.keys())
    names = {str(thing.get(key)) for key in ("/S", "/Type", "/Subtype") if isinstance(thing.get(key), Name)}
    from_elsewhere = isinstance(thing, pikepdf.Stream) and "/F" in keys  # a stream whose bytes are in another file
    if keys & ACTIVE_KEYS or names & ACTIVE_NAMES or "/OpenAction" in keys or from_elsewhere:
        raise Refuse(Refusal.ACTIVE)


def containers(thing: Any, budget: Iterator[int], *, skip: Container[str] = ()) -> Iterator[pikepdf.Object]:
    """The object itself and the dictionaries and arrays written out in it; not what it refers to, which comes by itself.

    Raises:
        Refuse: the budget is used up.
    """
    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        yield thing
        for key, value in values(thing):
            if next(budget, None) is None:
                raise Refuse(Refusal.TOO_COMPLEX)
            if key not in skip and isinstance(value, (pikepdf.Dictionary, pikepdf.Array)) and not value.is_indirect:
                waiting.append(value)


def values(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        yield from thing.items()
    elif isinstance(thing, pikepdf.Array):
        yield from (("", value) for value in thing)


# --- circles

Place = tuple[int, int]  # the number of an object, and its generation


def refuse_loops(pdf: pikepdf.Pdf) -> None:
    """A page that is its own parent's parent, an outline that ends where it begins: some readers never come back from these.

    Raises:
        Refuse: references lead in a circle where the standard knows none.
    """
    budget = iter(range(MOST_VALUES))
    things = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Object)]  # the others are plain numbers
    refuse_circles({thing.objgen: list(references(thing, budget)) for thing in things})
    refuse_circles({thing.objgen: list(draws(thing)) for thing in things if is_form(thing)})
    if any(FELL_OVER.search(str(warning)) for warning in pdf.get_warnings()):
        raise Refuse(Refusal.TOO_COMPLEX)


def references(thing: pikepdf.Object, budget: Iterator[int]) -> Iterator[Place]:
    for inner in containers(thing, budget, skip=LEADING_BACK):
        for key, value in values(inner):
            if key not in LEADING_BACK and isinstance(value, pikepdf.Object) and value.is_indirect:
                yield value.objgen


def draws(form: pikepdf.Stream) -> Iterator[Place]:
    """The forms that a form draws. Only those that could draw another are unpacked and read."""
    listed = form.get("/Resources", {}).get("/XObject", {})
    forms = {name: thing.objgen for name, thing in listed.items() if is_form(thing)}
    if forms:
        drawn = {str(names[0]) for names, _operator in pikepdf.parse_content_stream(form, "Do") if names}
        yield from (forms[name] for name in drawn & forms.keys())


def is_form(thing: pikepdf.Object) -> bool:
    return isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.Form


def refuse_circles(leads_to: dict[Place, list[Place]]) -> None:
    done: set[Place] = set()
    for start in leads_to:
        if start not in done:
            refuse_circle(start, leads_to, done)


def refuse_circle(start: Place, leads_to: dict[Place, list[Place]], done: set[Place]) -> None:
    """Goes all ways from `start`, depth first and without recursion: a chain of 100,000 objects is no reason to crash."""
    path, on_path = [(start, iter(leads_to[start]))], {start}
    while path:
        here, ways = path[-1]
        there = next(ways, None)
        if there is None:
            path.pop()
            on_path.discard(here)
            done.add(here)
        elif there in on_path:
            raise Refuse(Refusal.TOO_COMPLEX)
        elif there not in done:
            path.append((there, iter(leads_to.get(there, ()))))
            on_path.add(there)

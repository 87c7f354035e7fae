"""PDFs: plain ones, and those that do things by themselves, never end, or are broken."""

import io
import struct
from collections.abc import Callable
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from files_app.limits import Refusal
from files_app.tests.samples.parts import EICAR, SCRIPT, SECRET, packed_zeros, zipped
from files_app.tests.samples.table import SAMPLES, Sample, ready, refused


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **options) -> bytes:
    """A page that says something, changed as wanted."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    document.pages[0].Resources = Dictionary(Font=Dictionary(F1=font))
    document.pages[0].Contents = document.make_stream(b"BT /F1 24 Tf 72 720 Td (Invoice for new brakes) Tj ET")
    if change:
        change(document)
    file = io.BytesIO()
    document.save(file, **options)
    return file.getvalue()


@ready("application/pdf", "invoice.pdf")
def plain_pdf() -> bytes:
    return pdf()


@ready("application/pdf", "report.pdf", gone=(SECRET, b"/Author", b"/Producer", b"x:xmpmeta", b"/OpenAction"))
def pdf_that_tells_who_made_it_and_where_to_open() -> bytes:
    """As most word processors write: an author, XMP, an outline, a link, and "open at the top of page one"."""

    def change(document: pikepdf.Pdf) -> None:
        with document.open_metadata() as xmp:
            xmp["dc:creator"] = [SECRET.decode()]
        document.docinfo["/Author"] = SECRET.decode()
        page = document.pages[0].obj
        document.Root.OpenAction = Array([page, Name.FitH, None])
        with document.open_outline() as outline:
            outline.root += [pikepdf.OutlineItem("Brakes", 0), pikepdf.OutlineItem("Price", 0)]
        web = Dictionary(Type=Name.Action, S=Name.URI, URI=String("https://example.org/"))
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]), P=page, A=web)
        page.Annots = Array([document.make_indirect(link)])

    return pdf(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


@ready("application/pdf", "invoice.pdf", gone=(SCRIPT, b"PK\3\4"))
def pdf_with_a_page_and_a_zip_behind() -> bytes:
    return plain_pdf() + SCRIPT + zipped("x")


def pdf_of(size: int) -> bytes:
    """A good one of so many bytes: the page has a long comment."""
    bare = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    rest = len(by_hand(CATALOG, ONE_PAGE, bare, b"<</Length %08d>>stream\n\nendstream" % 0))
    for places in range(20):  # where the table begins takes more digits than before
        length = size - rest - places
        content = by_hand(CATALOG, ONE_PAGE, bare, b"<</Length %08d>>stream\n%s\nendstream" % (length, b"%" * length))
        if len(content) == size:
            return content
    raise ValueError(size)


def _active(name: str, change: Callable[[pikepdf.Pdf], None], refusal: Refusal = Refusal.ACTIVE, **options) -> None:
    name = f"pdf_{name}"
    SAMPLES[name] = Sample(name, cache(lambda: pdf(change, **options)), "invoice.pdf", "application/pdf", refusals=frozenset({refusal}))


def _script() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String("app.alert('from a PDF')"))


def _launch() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.Launch, F=String("cmd.exe"))


def _embed(document: pikepdf.Pdf) -> None:
    document.attachments["eicar.com"] = EICAR


def _annotate(**entries) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        annotation = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 50, 50]), **entries)
        document.pages[0].obj.Annots = Array([document.make_indirect(annotation)])

    return change


def _set_in_root(**entries) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value

    return change


_active("with_javascript", _set_in_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("x"), _script()])))))
_active("with_javascript_on_opening", _set_in_root(OpenAction=_script()))
_active("with_javascript_packed_away", _set_in_root(OpenAction=_script()), object_stream_mode=pikepdf.ObjectStreamMode.generate)
_active("that_opens_an_address", _set_in_root(OpenAction=Dictionary(S=Name.URI, URI=String("https://example.org/"))))
_active("that_starts_a_program", _set_in_root(OpenAction=_launch()))
_active("that_goes_somewhere_by_an_action", _set_in_root(OpenAction=Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))))
_active("with_actions_of_its_own", _set_in_root(AA=Dictionary(WC=_script())))
_active("with_a_form_of_xml", _set_in_root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>"))))
_active("with_an_embedded_file", _embed)
_active("with_a_button_that_starts_a_program", _annotate(Subtype=Name.Link, A=_launch()))
_active(
    "with_a_button_that_sends_a_form", _annotate(Subtype=Name.Widget, A=Dictionary(S=Name.SubmitForm, F=String("https://example.org/")))
)
_active("with_an_attachment_on_a_page", _annotate(Subtype=Name.FileAttachment))
_active("with_rich_media", _annotate(Subtype=Name.RichMedia))
_active("with_a_model_in_3d", _annotate(Subtype=Name("/3D")))
_active("that_leads_to_another_file", _annotate(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("//example.org/x"), D=Array([0]))))
_active("with_a_password", lambda _: None, Refusal.ENCRYPTED, encryption=pikepdf.Encryption(user="brakes", owner="owner"))
_active("that_may_not_be_changed", lambda _: None, Refusal.ENCRYPTED, encryption=pikepdf.Encryption(user="", owner="owner"))


def by_hand(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1 on, with a correct table."""
    content, places = bytearray(b"%PDF-1.7\n"), []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(content) + table + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, len(content))


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"


def _loop(name: str, *objects: bytes) -> None:
    refusals = frozenset({Refusal.TOO_COMPLEX, Refusal.DAMAGED})
    SAMPLES[f"pdf_{name}"] = Sample(f"pdf_{name}", cache(lambda: by_hand(*objects)), "invoice.pdf", "application/pdf", refusals=refusals)


_loop("whose_pages_are_their_own_children", CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>")
_loop("whose_pages_go_round", CATALOG, ONE_PAGE, b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>")
_loop("with_a_reference_to_itself", CATALOG, ONE_PAGE, PAGE[:-2] + b"/Contents 4 0 R>>", b"4 0 R")
_loop("with_references_to_each_other", CATALOG, ONE_PAGE, PAGE[:-2] + b"/Contents 4 0 R>>", b"5 0 R", b"4 0 R")
_loop("with_a_length_that_is_itself", CATALOG, ONE_PAGE, PAGE[:-2] + b"/Contents 4 0 R>>", b"<</Length 4 0 R>>stream\nq Q\nendstream")
_loop(
    "whose_outline_goes_round",
    b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
    ONE_PAGE,
    PAGE,
    b"<</First 5 0 R/Last 6 0 R>>",
    b"<</Title(a)/Parent 4 0 R/Next 6 0 R>>",
    b"<</Title(b)/Parent 4 0 R/Next 5 0 R>>",
)
_loop(
    "whose_names_go_round",
    b"<</Type/Catalog/Pages 2 0 R/Names<</Dests 4 0 R>>>>",
    ONE_PAGE,
    PAGE,
    b"<</Kids[5 0 R]>>",
    b"<</Kids[4 0 R]>>",
)
_loop(
    "with_a_form_that_draws_itself",
    CATALOG,
    ONE_PAGE,
    PAGE[:-2] + b"/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
    b"<</Length 5>>stream\n/X Do\nendstream",
    b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 5>>stream\n/X Do\nendstream",
)


@ready("application/pdf", "manual.pdf")
def pdf_whose_things_share_their_resources() -> bytes:
    """Forms and fonts that list themselves among what they could use, and do not: many programs write such."""
    return by_hand(
        CATALOG,
        ONE_PAGE,
        PAGE[:-2] + b"/Contents 4 0 R/Resources 5 0 R/Annots[7 0 R]>>",
        b"<</Length 5>>stream\n/X Do\nendstream",
        b"<</XObject<</X 6 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 5 0 R/Length 3>>stream\nq Q\nendstream",
        b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/P 3 0 R/Contents(hello)/Popup 8 0 R>>",
        b"<</Type/Annot/Subtype/Popup/Rect[0 0 9 9]/Parent 7 0 R>>",
    )


@refused(Refusal.DAMAGED, file_name="invoice.pdf", claimed="application/pdf")
def pdf_cut_in_half() -> bytes:
    return plain_pdf()[: len(plain_pdf()) // 2]


@refused(Refusal.UNKNOWN, file_name="invoice.pdf", claimed="application/pdf")
def pdf_behind_a_page() -> bytes:
    return b"<html>" + SCRIPT + plain_pdf()


@refused(Refusal.TOO_COMPLEX, Refusal.DAMAGED, file_name="invoice.pdf", claimed="application/pdf")
def pdf_with_200_000_objects() -> bytes:
    return by_hand(CATALOG, ONE_PAGE, PAGE, *[b"null"] * 200_000)


@refused(Refusal.TOO_COMPLEX, Refusal.DAMAGED, file_name="invoice.pdf", claimed="application/pdf")
def pdf_with_packed_objects_of_1_gb() -> bytes:
    packed = packed_zeros(1 << 30)
    head = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    content = b"%PDF-1.7\n1 0 obj\n" + head + packed + b"\nendstream\nendobj\n"
    place = len(content)
    rows = struct.pack(">BIB", 0, 0, 255) + struct.pack(">BIB", 1, 9, 0) + struct.pack(">BIB", 2, 1, 0) + struct.pack(">BIB", 1, place, 0)
    table = b"3 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 2 0 R/Length %d>>stream\n" % len(rows) + rows + b"\nendstream\nendobj\n"
    return content + table + b"startxref\n%d\n%%%%EOF\n" % place


@refused(Refusal.TOO_COMPLEX, Refusal.DAMAGED, file_name="invoice.pdf", claimed="application/pdf")
def pdf_of_100_000_brackets() -> bytes:
    return by_hand(CATALOG, ONE_PAGE, PAGE[:-2] + b"/X " + b"[" * 100_000 + b"]" * 100_000 + b">>")

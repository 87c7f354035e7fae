"""A document on paper, A4 or Letter: headings, text in any script, facts, boxes and pictures. It does not know what it says."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import NamedTuple

from django.utils.translation import gettext as _
from fpdf import FPDF, ViewerPreferences
from PIL import Image

from mechanichub import fonts

A4, LETTER = "A4", "Letter"

Color = tuple[int, int, int]
INK, SOFT, LINE, SUNKEN, BRAND, WHITE = (16, 32, 31), (74, 90, 87), (219, 226, 224), (241, 245, 244), (11, 92, 99), (255, 255, 255)


class Tone(NamedTuple):
    """How a box looks: its text and line, and its ground."""

    ink: Color
    ground: Color


OK, WARN, DANGER, NOTE, PLAIN = (
    Tone((23, 105, 61), (224, 243, 231)),
    Tone((138, 75, 5), (253, 240, 216)),
    Tone((171, 31, 22), (253, 233, 231)),
    Tone((27, 85, 159), (228, 238, 251)),
    Tone(SOFT, SUNKEN),
)

# Millimetres, but for the sizes of letters, which are points.
MARGIN, TOP, BOTTOM, GUTTER = 18.0, 18.0, 20.0, 7.0
SMALL, NORMAL, TITLE, HEADING = 8.5, 10.0, 21.0, 12.5
LEADING = 0.5  # millimetres a line, for each point of the letters
PICTURE = 64.0  # the height of a picture's frame
LARGEST_PICTURE = 1600  # pixels; more cannot be seen on paper
# Stands for the number of pages, of up to two digits, until it is known. Nobody can type it: fonts.printable() lets none through.
PAGES = "\uf8f1\uf8f2"


class Paper(FPDF):
    """One document.

    Args:
        kind: A4 or LETTER.
        title, author, language: of the document, for readers and screen readers.
        everything: all of its text, to choose the fonts by.
        running: the line at the head of every page but the first.
        foot: the line at the foot of every page, before the number of the page.
    """

    def __init__(self, kind: str, *, title: str, author: str, language: str, everything: str, running: str, foot: str) -> None:
        super().__init__(format=kind)
        self.running, self.foot = running, foot
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.c_margin = 0
        self._load_fonts(everything)
        self.alias_nb_pages(PAGES)
        self.set_title(fonts.printable(title))
        self.set_author(fonts.printable(author))
        self.set_creator(fonts.printable(author))
        self.set_lang(language)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.add_page()

    def _load_fonts(self, everything: str) -> None:
        self.add_font("text", "", fonts.path(fonts.TEXT))
        self.add_font("text", "B", fonts.path(fonts.BOLD))
        self.add_font("signs", "", fonts.path(fonts.SIGNS))
        self.add_font("moresigns", "", fonts.path(fonts.MORE_SIGNS))
        others = ["signs", "moresigns"]
        if fonts.needs_east_asian(everything):
            self.add_font("eastasian", "", fonts.EAST_ASIAN, collection_font_number=fonts.east_asian_face(everything))
            others.append("eastasian")
        self.set_fallback_fonts(others, exact_match=False)

    # --- on every page ---------------------------------------------------------------------------

    def header(self) -> None:
        if self.page_no() == 1:
            return
        self.mark(MARGIN, 9.5, 4.5)
        with self.at(MARGIN + 6.5, 9.6):
            self.line_of(self.running, size=SMALL, color=SOFT, width=self.epw - 6.5)
        self.set_y(TOP + 2)

    def footer(self) -> None:
        self.rule(self.h - 14)
        with self.at(MARGIN, self.h - 12):
            self.line_of(self.foot, size=7.5, color=SOFT, width=self.epw - 30)
        words = _("Page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": PAGES}
        with self.at(self.w - MARGIN - 30, self.h - 12):
            self.letters(7.5, SOFT)
            self.set_text_shaping(False)  # it would look for the letters of PAGES
            self.cell(30, 4, words, align="R")

    def mark(self, x: float, y: float, size: float) -> None:
        """The house's sign, `size` millimetres high: a nut with its thread."""
        nut = [(13.9, 2.6), (6, 7.1), (4, 10.6), (4, 19.5), (6, 23), (13.9, 27.4), (18.1, 27.4), (26.1, 23), (28.1, 19.5)]
        nut += [(28.1, 10.6), (26.1, 7.1), (18.1, 2.6)]
        scale = size / 30
        self.set_fill_color(*BRAND)
        self.polygon([(x + (across - 1) * scale, y + down * scale) for across, down in nut], style="F")
        self.dot(x + 15.05 * scale, y + 15 * scale, 5.8 * scale, WHITE)
        self.dot(x + 15.05 * scale, y + 15 * scale, 2.3 * scale, BRAND)

    # --- words -----------------------------------------------------------------------------------

    def letters(self, size: float, color: Color, *, bold: bool = False) -> None:
        self.set_font("text", "B" if bold else "", size)
        self.set_text_color(*color)

    def text_of(self, text: str, *, size: float = NORMAL, color: Color = INK, bold: bool = False, width: float = 0, link: str = "") -> None:
        """Paragraphs from here on, over as many pages as they need; each from the side from which its script is read."""
        self.letters(size, color, bold=bold)
        left, width = self.x, width or self.w - MARGIN - self.x
        for paragraph in fonts.printable(text).split("\n"):
            self.x = left
            if not paragraph.strip():
                self.ln(size * LEADING * 0.7)
                continue
            side = self._shape(paragraph)
            self.multi_cell(width, size * LEADING, paragraph, align=side, new_x="LEFT", new_y="NEXT", link=link or None)
        self.x = left

    def line_of(self, text: str, *, size: float = NORMAL, color: Color = INK, bold: bool = False, width: float = 0) -> None:
        """One line, cut where it does not fit."""
        self.letters(size, color, bold=bold)
        text = fonts.printable(" ".join(text.split()))
        side, width = self._shape(text), width or self.w - MARGIN - self.x
        while text and self.get_string_width(text) > width:
            text = text[: max(0, int(len(text) * width / self.get_string_width(text)) - 2)].rstrip() + "…"
        self.cell(width, size * LEADING, text, align=side)

    def height_of(self, text: str, width: float, *, size: float = NORMAL, bold: bool = False) -> float:
        """How many millimetres `text_of` will take."""
        self.letters(size, INK, bold=bold)
        tall = 0.0
        for paragraph in fonts.printable(text).split("\n"):
            self._shape(paragraph)
            blank = not paragraph.strip()
            tall += size * LEADING * 0.7 if blank else self.multi_cell(width, size * LEADING, paragraph, dry_run=True, output="HEIGHT")
        return tall

    def _shape(self, paragraph: str) -> str:
        """Sets the direction of a paragraph; returns the side at which it begins."""
        first = next((kind for kind in map(unicodedata.bidirectional, paragraph) if kind in ("L", "R", "AL")), "L")
        self.set_text_shaping(True, direction="ltr" if first == "L" else "rtl")
        return "L" if first == "L" else "R"

    # --- parts -----------------------------------------------------------------------------------

    def heading(self, text: str, *, needs: float = 18) -> None:
        """A heading with its line, on one page with at least `needs` millimetres of what follows."""
        self.ln(6)
        if self.will_page_break(needs):
            self.add_page()
        self.start_section(fonts.printable(text))
        self.text_of(text, size=HEADING, color=BRAND, bold=True)
        self.rule(self.y + 0.8)
        self.ln(3.2)

    def rule(self, y: float) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.25)
        self.line(MARGIN, y, self.w - MARGIN, y)

    def box(self, tone: Tone, title: str, text: str = "", *, good: bool = False, aside: str = "", aside_title: str = "") -> None:
        """Something that must not be missed, with a tick when it is `good` and a warning sign when it is not; `aside` stands at its end."""
        inside = self.epw - 26 - (46 if aside else 0)
        tall = self.height_of(title, inside, size=13, bold=True) + (self.height_of(text, inside) + 1 if text else 0) + 8
        tall = max(tall, 18.0 if aside else 0)
        if self.will_page_break(tall):
            self.add_page()
        top = self.y
        self.set_fill_color(*tone.ground)
        self.rect(MARGIN, top, self.epw, tall, style="F", round_corners=True, corner_radius=1.6)
        self.set_fill_color(*tone.ink)
        self.rect(MARGIN, top, 1.6, tall, style="F")
        if aside:
            self._aside(tone, aside_title, aside, top, tall)
        self._sign(tone, MARGIN + 11, top + 8.6, good=good)
        self.set_xy(MARGIN + 19, top + 4)
        self.text_of(title, size=13, color=tone.ink, bold=True, width=inside)
        if text:
            self.set_xy(MARGIN + 19, self.y + 1)
            self.text_of(text, width=inside)
        self.set_xy(MARGIN, top + tall)

    def _sign(self, tone: Tone, x: float, y: float, *, good: bool) -> None:
        """A tick or an exclamation mark in a disc around a point."""
        self.dot(x, y, 4.2, tone.ink)
        self.set_draw_color(*WHITE)
        self.set_line_width(0.9)
        with self.local_context(stroke_cap_style="ROUND", stroke_join_style="ROUND"):
            if good:
                self.polyline([(x - 1.9, y + 0.1), (x - 0.6, y + 1.5), (x + 2.0, y - 1.5)])
            else:
                self.line(x, y - 2.1, x, y + 0.5)
                self.line(x, y + 2.0, x, y + 2.05)

    def _aside(self, tone: Tone, title: str, text: str, top: float, tall: float) -> None:
        left = self.w - MARGIN - 44
        self.set_draw_color(*tone.ink)
        self.set_line_width(0.2)
        self.line(left - 4, top + 4, left - 4, top + tall - 4)
        with self.at(left, top + 4):
            self.text_of(title, size=SMALL, color=SOFT, width=42)
            self.text_of(text, size=11, bold=True, width=42)

    def facts(self, rows: Iterable[tuple[str, str]], *, left: float = MARGIN, width: float = 0, label: float = 30) -> None:
        """Names and values."""
        width = width or self.epw
        for name, value in rows:
            tall = max(self.height_of(value, width - label, size=9.5), 9.5 * LEADING)
            if self.will_page_break(min(tall, 40)):
                self.add_page()
            page, top = self.page, self.y
            self.set_x(left)
            self.text_of(name, size=9.5, color=SOFT, width=label - 2)
            if self.page == page:
                self.set_y(top)
            self.set_x(left + label)
            self.text_of(value, size=9.5, width=width - label)
            self.set_xy(left, self.y + 1.1)

    def beside(self, one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
        """Two lists of facts beside each other, and never over two pages when they fit on one."""
        width = (self.epw - GUTTER) / 2
        values = [max(self.height_of(value, width - 30, size=9.5), 4.75) + 1.1 for value in (value for _name, value in (*one, *other))]
        tall = max(sum(values[: len(one)]), sum(values[len(one) :]))
        if tall > self.eph - 10:
            self.facts([*one, *other])
            return
        if self.will_page_break(tall):
            self.add_page()
        top = self.y
        self.facts(one, width=width)
        low = self.y
        self.set_y(top)
        self.facts(other, left=MARGIN + width + GUTTER, width=width)
        self.set_xy(MARGIN, max(low, self.y))

    def item(self, sign: str, tone: Tone, title: str, text: str = "") -> None:
        """A line of a list with a sign before it; title, text, or both."""
        left, width = MARGIN + 24, self.epw - 24
        if self.will_page_break(min(self.height_of(title or text, width, bold=bool(title)), 60)):
            self.add_page()
        self.tag(sign, tone, MARGIN, self.y + 0.2, 20)
        for words, bold in ((title, True), (text, False)):
            if words:
                self.set_x(left)
                self.text_of(words, bold=bold, width=width)
        self.set_xy(MARGIN, self.y + 2)

    def tag(self, text: str, tone: Tone, x: float, y: float, width: float) -> None:
        """A word on a coloured ground."""
        self.set_fill_color(*tone.ground)
        self.rect(x, y, width, 4.6, style="F", round_corners=True, corner_radius=1)
        with self.at(x, y + 0.2):
            self.letters(SMALL, tone.ink, bold=True)
            text = fonts.printable(text)
            self._shape(text)
            self.cell(width, SMALL * LEADING, text, align="C")

    def dot(self, x: float, y: float, radius: float, color: Color) -> None:
        """A filled circle around a point."""
        self.set_fill_color(*color)
        self.circle(x, y, radius, style="F")

    @contextmanager
    def at(self, x: float, y: float) -> Iterator[None]:
        """Writes elsewhere and comes back; never breaks the page."""
        before, breaks = (self.x, self.y), self.auto_page_break
        self.set_auto_page_break(auto=False, margin=BOTTOM)
        self.set_xy(x, y)
        yield
        self.set_xy(*before)
        self.set_auto_page_break(auto=breaks, margin=BOTTOM)

    # --- pictures --------------------------------------------------------------------------------

    def picture(self, number: int, jpeg: bytes | None, caption: str, *, instead: str, link: str) -> None:
        """One of a grid of pictures, two beside each other; `instead` is said where there is none."""
        width, right = (self.epw - GUTTER) / 2, number % 2 == 0
        if not right and self.will_page_break(PICTURE + 13):
            self.add_page()
        left, top = MARGIN + (width + GUTTER if right else 0), self.y
        self.set_fill_color(*SUNKEN)
        self.rect(left, top, width, PICTURE, style="F", round_corners=True, corner_radius=1.6)
        if jpeg:
            self._fit(jpeg, left, top, width, caption, link)
        else:
            with self.at(left + 8, top + PICTURE / 2 - 5):
                self.text_of(instead, size=SMALL, color=SOFT, width=width - 16)
        self.dot(left + 2.6, top + PICTURE + 4.6, 2.6, BRAND)
        with self.at(left, top + PICTURE + 2.6):
            self.letters(SMALL, WHITE, bold=True)
            self.cell(5.2, 4, str(number), align="C")
        with self.at(left + 7, top + PICTURE + 2.5):
            self.line_of(caption, size=SMALL, color=SOFT, width=width - 7)
        self.set_xy(MARGIN, top + (PICTURE + 12 if right else 0))

    def end_of_pictures(self, number: int) -> None:
        """Goes below the last row when it holds one picture only."""
        if number % 2:
            self.set_xy(MARGIN, self.y + PICTURE + 12)

    def _fit(self, jpeg: bytes, left: float, top: float, width: float, caption: str, link: str) -> None:
        with Image.open(BytesIO(jpeg)) as image:
            across, down = image.size
        scale = min((width - 2) / across, (PICTURE - 2) / down)
        x, y = left + (width - across * scale) / 2, top + (PICTURE - down * scale) / 2
        self.image(BytesIO(jpeg), x, y, across * scale, down * scale, alt_text=fonts.printable(caption), link=link)

    def finished(self, made_at: datetime) -> bytes:
        """The finished document."""
        self.set_creation_date(made_at)
        return bytes(self.output())

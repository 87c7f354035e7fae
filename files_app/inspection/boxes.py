"""The boxes of MP4 and QuickTime files (ISO 14496-12): read with hard bounds, and made free where they tell too much.

Nothing moves. A box that is not needed keeps its place and its length, is renamed to `free`, and its content becomes zeros: so no
offset has to be corrected. What is needed is a list; everything that is not on it goes: `udta`, `meta`, `uuid` with their places,
names and dates, and tracks that are neither picture nor sound, such as the GPS of action cameras.
"""

import mmap
import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from files_app.inspection.answers import Refuse
from files_app.limits import Refusal

MOST_BOXES = 100_000  # an hour of film in fragments of a second has half as many
MOST_ENTRIES = 5_000_000  # of all sample tables together

# The boxes that stay, by the box they stand in. Those that are keys here are gone into.
NEEDED = {
    b"": {b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"sidx"},
    b"moov": {b"mvhd", b"trak", b"mvex"},
    b"trak": {b"tkhd", b"tapt", b"edts", b"mdia"},
    b"edts": {b"elst"},
    b"mdia": {b"mdhd", b"hdlr", b"minf", b"elng"},
    b"minf": {b"vmhd", b"smhd", b"dinf", b"stbl"},
    b"dinf": {b"dref"},
    b"stbl": set(b"stsd stts ctts cslg stss stps sdtp stsc stsz stco co64 sbgp sgpd subs saiz saio padb".split()),
    b"mvex": {b"mehd", b"trex"},
    b"moof": {b"mfhd", b"traf"},
    b"traf": {b"tfhd", b"tfdt", b"trun", b"sdtp", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio"},
}
# A film that is somewhere else, or packed away from our eyes.
ELSEWHERE = {b"rmra", b"cmov"}
DATED = {b"mvhd", b"tkhd", b"mdhd"}
SHOWN = {b"vide", b"soun"}
QUICKTIME = b"qt  "


class Node(NamedTuple):
    """A box, by where it stands, and those that it holds."""

    type: bytes
    start: int
    body: int
    end: int
    inside: "list[Node]"

    def all(self, type_: bytes) -> "list[Node]":
        return [node for node in self.inside if node.type == type_]

    def one(self, *path: bytes) -> "Node":
        """The only one of its type, along a path.

        Raises:
            Refuse: there is none, or several, so that players may disagree which one counts.
        """
        node = self
        for type_ in path:
            found = node.all(type_)
            if len(found) != 1:
                raise Refuse(Refusal.DAMAGED)
            node = found[0]
        return node


@dataclass(frozen=True)
class Clip:
    content_type: str
    width: int  # pixels, upright
    height: int
    end: int  # bytes; what is behind is foreign


class Span(NamedTuple):
    """Bytes in the file that hold samples."""

    start: int
    end: int


def tidy(film: mmap.mmap) -> Clip:
    """Makes everything free that is not needed to show the film.

    Raises:
        Refuse: damaged or incomplete, no film at all, one that lies elsewhere, or too complex.
    """
    return Film(film).tidy()


class Film:
    def __init__(self, bytes_: mmap.mmap) -> None:
        self.bytes = bytes_
        self.boxes_left = MOST_BOXES
        self.entries_left = MOST_ENTRIES

    def tidy(self) -> Clip:
        root = Node(b"", 0, 0, len(self.bytes), [])
        root.inside.extend(self.nodes(root))
        moov = root.one(b"moov")
        self.blank_dates(moov)
        tracks = [Track(self, node) for node in moov.all(b"trak")]
        shown = [track for track in tracks if track.handler in SHOWN]
        pictures = [track for track in shown if track.handler == b"vide" and min(track.size) > 0]
        if not pictures:
            raise Refuse(Refusal.UNKNOWN)  # sound alone, subtitles alone
        in_fragments = root.all(b"moof")
        if in_fragments and len(shown) < len(tracks):
            raise Refuse(Refusal.TOO_COMPLEX)  # samples of what is not shown lie between the others
        data = [Span(node.body, node.end) for node in root.all(b"mdat")]
        spans = sorted(chain(*(track.spans(data) for track in shown), *(self.fragment_spans(node, data) for node in in_fragments)))
        if not spans or not (in_fragments or any(pictures[0].chunk_offsets())):
            raise Refuse(Refusal.DAMAGED)
        for track in tracks:
            if track not in shown:
                self.make_free(track.node)
        if not in_fragments:
            self.blank_between(spans, data)
        width, height = pictures[0].size
        return Clip(self.content_type(root), width, height, root.inside[-1].end)

    def content_type(self, root: Node) -> str:
        """By the major brand; without one it is from before there were brands, so QuickTime."""
        brands = root.all(b"ftyp")
        return "video/quicktime" if not brands or self.bytes[brands[0].body : brands[0].body + 4] == QUICKTIME else "video/mp4"

    # --- boxes

    def nodes(self, parent: Node) -> Iterator[Node]:
        """The needed boxes in a box; the others become free as they are met."""
        at, needed = parent.body, NEEDED[parent.type]
        while at + 8 <= parent.end:
            box = self.box_at(at, parent)
            if box is None:
                return
            if box.type in needed:
                if box.type in NEEDED:
                    box.inside.extend(self.nodes(box))
                yield box
            else:
                self.make_free(box)
            at = box.end
        # QuickTime may end a list of boxes by four zeros. Behind the last box of a file anything may stand; it is cut off.
        if parent.type and any(self.bytes[at : parent.end]):
            raise Refuse(Refusal.DAMAGED)

    def box_at(self, start: int, parent: Node) -> Node | None:
        """The box that begins there, or None where foreign bytes begin behind the last one.

        Raises:
            Refuse: it is longer than what it stands in; or there are too many; or the film is somewhere else.
        """
        self.boxes_left -= 1
        if not self.boxes_left:
            raise Refuse(Refusal.TOO_COMPLEX)
        size, type_ = struct.unpack_from(">I4s", self.bytes, start)
        body = start + 8
        if size == 1 and body + 8 <= parent.end:
            (size,) = struct.unpack_from(">Q", self.bytes, body)
            body += 8
        elif size == 0 and not parent.type:
            size = parent.end - start  # up to the end of the file
        if type_ in ELSEWHERE:
            raise Refuse(Refusal.TOO_COMPLEX)
        if body - start <= size <= parent.end - start:
            return Node(type_, start, body, start + size, [])
        if not parent.type and type_ not in NEEDED[b""] and type_ not in {b"free", b"skip", b"wide", b"uuid", b"meta", b"udta"}:
            return None
        raise Refuse(Refusal.DAMAGED)

    def make_free(self, box: Node) -> None:
        self.bytes[box.start + 4 : box.start + 8] = b"free"
        self.blank(box.body, box.end)

    def blank(self, start: int, end: int) -> None:
        for at in range(start, end, 1 << 20):
            until = min(at + (1 << 20), end)
            self.bytes[at:until] = bytes(until - at)

    def blank_dates(self, box: Node) -> None:
        """When it was made and changed: two numbers behind version and flags."""
        for inner in box.inside:
            if inner.type in DATED:
                version = self.number(inner, 0, 1)
                self.at_least(inner, 20)
                self.blank(inner.body + 4, inner.body + (20 if version == 1 else 12))
            self.blank_dates(inner)

    def at_least(self, box: Node, size: int) -> None:
        if box.end - box.body < size:
            raise Refuse(Refusal.DAMAGED)

    def number(self, box: Node, offset: int, size: int = 4) -> int:
        """An unsigned number at an offset in a box."""
        self.at_least(box, offset + size)
        return int.from_bytes(self.bytes[box.body + offset : box.body + offset + size], "big")

    def table(self, box: Node, offset: int, entries: int, code: str) -> array:
        """That many big-endian numbers, from an offset in a box on: "I" of four bytes, "Q" of eight."""
        self.entries_left -= entries
        if self.entries_left < 0:
            raise Refuse(Refusal.TOO_COMPLEX)
        numbers = array(code)
        self.at_least(box, offset + entries * numbers.itemsize)
        numbers.frombytes(self.bytes[box.body + offset : box.body + offset + entries * numbers.itemsize])
        if sys.byteorder == "little":
            numbers.byteswap()
        return numbers

    # --- samples

    def fragment_spans(self, moof: Node, data: list[Span]) -> list[Span]:
        """What the runs of a fragment (`moof`) refer to; runs whose samples all have the usual size, by their beginning only."""
        spans, behind_last = [], moof.start
        for traf in moof.all(b"traf"):
            head = traf.one(b"tfhd")
            flags = self.number(head, 1, 3)
            has_base = bool(flags & 0x1)
            at = self.number(head, 8, 8) if has_base else moof.start if flags & 0x20000 or not spans else behind_last
            base = at
            for run in traf.all(b"trun"):
                flags, samples = self.number(run, 1, 3), self.number(run, 4)
                if flags & 0x1:
                    offset = self.number(run, 8)
                    at = base + (offset - (1 << 32) if offset >> 31 else offset)
                length = max(self.run_length(run, flags, samples), 1) if samples else 0
                if samples:
                    spans.append(self.inside_data(at, at + length, data))
                at = behind_last = at + length
        return spans

    def run_length(self, run: Node, flags: int, samples: int) -> int:
        """Bytes of all its samples, or 0 when it does not say."""
        if not flags & 0x200:
            return 0
        columns = [flag for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag]
        first = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
        return sum(self.table(run, first, samples * len(columns), "I")[columns.index(0x200) :: len(columns)])

    def inside_data(self, start: int, end: int, data: list[Span]) -> Span:
        """These bytes, when they lie in one `mdat`.

        Raises:
            Refuse: they do not: the file was cut off, or refers to what is none of its samples.
        """
        index = bisect_right(data, Span(start, sys.maxsize)) - 1
        if index < 0 or end > data[index].end:
            raise Refuse(Refusal.DAMAGED)
        return Span(start, end)

    def blank_between(self, spans: list[Span], data: list[Span]) -> None:
        """Zeros in `mdat` wherever no sample of picture or sound is: GPS samples, left-overs, what somebody hid there."""
        for mdat in data:
            at = mdat.start
            for span in (span for span in spans if mdat.start <= span.start < mdat.end):
                self.blank(at, span.start)
                at = max(at, span.end)
            self.blank(at, mdat.end)


class Track:
    def __init__(self, film: Film, node: Node) -> None:
        self.film, self.node = film, node
        handler = node.one(b"mdia", b"hdlr")
        self.handler = film.number(handler, 8).to_bytes(4, "big")
        film.blank(handler.body + 24, handler.end)  # its name, as the camera calls it
        if self.handler in SHOWN:
            self.tables = node.one(b"mdia", b"minf", b"stbl")
            self.refuse_references(node.one(b"mdia", b"minf", b"dinf", b"dref"))

    def refuse_references(self, dref: Node) -> None:
        """A track whose samples are in another file, or at an address.

        Raises:
            Refuse: this is one.
        """
        at, entries = dref.body + 8, self.film.number(dref, 4)
        for _entry in range(min(entries, 100)):
            if at + 12 > dref.end:
                raise Refuse(Refusal.DAMAGED)
            size, _type, flags = struct.unpack_from(">I4sI", self.film.bytes, at)
            if not flags & 1:  # "in the same file"
                raise Refuse(Refusal.TOO_COMPLEX)
            at += max(size, 12)
        if entries > 100:
            raise Refuse(Refusal.TOO_COMPLEX)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels as shown, turned by the track's matrix."""
        head = self.node.one(b"tkhd")
        matrix = 52 if self.film.number(head, 0, 1) == 1 else 40
        width, height = self.film.number(head, matrix + 36) >> 16, self.film.number(head, matrix + 40) >> 16
        on_its_side = self.film.number(head, matrix) == 0 and self.film.number(head, matrix + 4) != 0
        return (height, width) if on_its_side else (width, height)

    def chunk_offsets(self) -> array:
        wide = self.tables.all(b"co64")
        box = wide[0] if wide else self.tables.one(b"stco")
        return self.film.table(box, 8, self.film.number(box, 4), "Q" if wide else "I")

    def spans(self, data: list[Span]) -> list[Span]:
        """Where its samples are.

        Raises:
            Refuse: not in this file's data, so it is damaged.
        """
        offsets = self.chunk_offsets()
        counts = self.samples_per_chunk(len(offsets))
        sizes = self.tables.one(b"stsz")
        usual, samples = self.film.number(sizes, 4), self.film.number(sizes, 8)
        if sum(counts) < samples and not usual:
            raise Refuse(Refusal.DAMAGED)
        if usual:
            return self.spans_of_equal(offsets, counts, usual, data)
        table, first, spans = self.film.table(sizes, 12, samples, "I"), 0, []
        for offset, count in zip(offsets, counts, strict=True):
            spans.append(self.film.inside_data(offset, offset + sum(table[first : first + count]), data))
            first += count
        return spans

    def spans_of_equal(self, offsets: array, counts: list[int], usual: int, data: list[Span]) -> list[Span]:
        """All samples have one size: sound without compression. QuickTime writes 1 there and means a frame, of up to 16 bytes."""
        starts, spans = sorted(offsets), []
        for offset, count in zip(offsets, counts, strict=True):
            inside = self.film.inside_data(offset, offset + 1, data)
            length = count * (16 if usual == 1 else usual)
            ends = [offset + length, data[bisect_right(data, Span(offset, sys.maxsize)) - 1].end]
            ends += starts[(at := bisect_right(starts, offset)) : at + 1] if usual == 1 else []
            if usual > 1 and ends[0] > ends[1]:
                raise Refuse(Refusal.DAMAGED)
            spans.append(Span(inside.start, min(ends)))
        return spans

    def samples_per_chunk(self, chunks: int) -> list[int]:
        """For each chunk, from `stsc`: rows of (first chunk, samples in each, description), each good up to the next."""
        box = self.tables.one(b"stsc")
        rows = self.film.table(box, 8, 3 * self.film.number(box, 4), "I")
        firsts, counts = [*rows[0::3], chunks + 1], rows[1::3]
        per_chunk: list[int] = []
        for first, following, count in zip(firsts, firsts[1:], counts, strict=False):
            if not 1 <= first <= following <= chunks + 1 or first != len(per_chunk) + 1:
                raise Refuse(Refusal.DAMAGED)
            per_chunk += [count] * (following - first)
        if len(per_chunk) != chunks:
            raise Refuse(Refusal.DAMAGED)
        return per_chunk

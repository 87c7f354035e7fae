"""WebM (EBML, RFC 8794 and RFC 9559): walked with hard bounds, and made void where it tells too much.

As with the boxes of MP4 nothing moves: an element that is not needed becomes `Void` of the same length.
Browsers that record write segments and clusters of unknown length; these end where something begins that cannot stand in them.
"""

import mmap
import struct
from collections.abc import Iterator
from typing import NamedTuple

from files_app.inspection.answers import Refuse
from files_app.inspection.boxes import Clip
from files_app.limits import Refusal

MOST_ELEMENTS = 200_000  # 40 minutes of picture and sound have as many blocks
UNKNOWN_SIZE = -1

EBML, DOC_TYPE, SEGMENT, VOID = 0x1A45DFA3, 0x4282, 0x18538067, 0xEC
SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES = 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B
TAGS, CHAPTERS, ATTACHMENTS = 0x1254C367, 0x1043A770, 0x1941A469
LEVEL_ONE = {SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, TAGS, CHAPTERS, ATTACHMENTS}
TIMESTAMP_SCALE, DURATION, MUXING_APP, WRITING_APP = 0x2AD7B1, 0x4489, 0x4D80, 0x5741
SIMPLE_BLOCK, BLOCK_GROUP = 0xA3, 0xA0
TRACK_ENTRY, TRACK_TYPE, VIDEO, PIXEL_WIDTH, PIXEL_HEIGHT = 0xAE, 0x83, 0xE0, 0xB0, 0xBA
NAME, ATTACHMENT_LINK, CONTENT_ENCODINGS = 0x536E, 0x7446, 0x6D80
IS_VIDEO, IS_SOUND = 1, 2

# The elements that stay, by the element they stand in. Not among them: checksums (CRC-32), since what they were of has changed.
NEEDED = {
    SEGMENT: {SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES},
    # Players ask for the names of the programs, so these elements stay, but say nothing.
    INFO: {TIMESTAMP_SCALE, DURATION, MUXING_APP, WRITING_APP},
    CLUSTER: {0xE7, 0xAB, 0xA7, SIMPLE_BLOCK, BLOCK_GROUP},  # and Timestamp, PrevSize, Position
}


class Element(NamedTuple):
    id: int
    start: int
    body: int
    end: int  # when the size is unknown: the end of what it stands in
    unknown: bool = False


def tidy(film: mmap.mmap) -> Clip:
    """Makes everything void that is not needed to show the film.

    Raises:
        Refuse: damaged or incomplete, no WebM, no picture, or too complex.
    """
    return Film(film).tidy()


class Film:
    def __init__(self, bytes_: mmap.mmap) -> None:
        self.bytes = bytes_
        self.elements_left = MOST_ELEMENTS
        self.blocks = 0
        self.size: tuple[int, int] | None = None

    def tidy(self) -> Clip:
        head = self.element_at(0, len(self.bytes))
        if head.id != EBML or head.unknown:
            raise Refuse(Refusal.DAMAGED)
        doc_types = [self.bytes[inner.body : inner.end].rstrip(b"\0") for inner in self.elements(head) if inner.id == DOC_TYPE]
        if doc_types != [b"webm"]:
            raise Refuse(Refusal.UNKNOWN)
        segment = self.element_at(head.end, len(self.bytes))
        while segment.id == VOID:
            self.make_void(segment)
            segment = self.element_at(segment.end, len(self.bytes))
        if segment.id != SEGMENT:
            raise Refuse(Refusal.DAMAGED)
        for element in self.elements(segment):
            self.tidy_level_one(element)
        if self.size is None:
            raise Refuse(Refusal.UNKNOWN)  # sound alone
        if not self.blocks:
            raise Refuse(Refusal.DAMAGED)
        return Clip("video/webm", *self.size, segment.end)

    def tidy_level_one(self, element: Element) -> None:
        if element.id not in NEEDED[SEGMENT]:
            self.make_void(element)
        elif element.id == TRACKS:
            self.tidy_tracks(element)
        elif element.id in NEEDED and not element.unknown:
            for inner in self.elements(element):
                self.tidy_inner(element.id, inner)

    def tidy_inner(self, parent: int, element: Element) -> None:
        if element.id not in NEEDED[parent]:
            self.make_void(element)
        elif element.id in (MUXING_APP, WRITING_APP):
            self.blank(element.body, element.end)
        self.blocks += element.id in (SIMPLE_BLOCK, BLOCK_GROUP)

    def tidy_tracks(self, tracks: Element) -> None:
        """Takes the size of the picture from the first track that has one, and the names from all.

        Raises:
            Refuse: there is a track that is neither picture nor sound, or is packed.
        """
        for entry in self.elements(tracks):
            if entry.id != TRACK_ENTRY:
                self.make_void(entry)
                continue
            for inner in self.elements(entry):
                if inner.id in (NAME, ATTACHMENT_LINK, 0xBF):
                    self.make_void(inner)
                if inner.id == CONTENT_ENCODINGS or (inner.id == TRACK_TYPE and self.number(inner) not in (IS_VIDEO, IS_SOUND)):
                    raise Refuse(Refusal.TOO_COMPLEX)
                if inner.id == VIDEO and self.size is None:
                    sides = {part.id: self.number(part) for part in self.elements(inner) if part.id in (PIXEL_WIDTH, PIXEL_HEIGHT)}
                    self.size = sides.get(PIXEL_WIDTH, 0), sides.get(PIXEL_HEIGHT, 0)
                    if min(self.size) < 1:
                        raise Refuse(Refusal.DAMAGED)

    # --- elements

    def elements(self, parent: Element) -> Iterator[Element]:
        """Those that stand in an element, in order.

        A cluster of unknown size is yielded, and then what stands in it is tidied here, up to where it ends.
        """
        at = parent.body
        while at < parent.end:
            element = self.element_at(at, parent.end)
            if not element.unknown:
                yield element
                at = element.end
            elif element.id == CLUSTER and parent.id == SEGMENT:
                at = self.through_cluster(element)
            else:
                raise Refuse(Refusal.DAMAGED)

    def through_cluster(self, cluster: Element) -> int:
        """Tidies a cluster that does not say how long it is; gives its end."""
        at = cluster.body
        while at < cluster.end:
            element = self.element_at(at, cluster.end)
            if element.id in LEVEL_ONE:
                return at
            if element.unknown:
                raise Refuse(Refusal.DAMAGED)
            self.tidy_inner(CLUSTER, element)
            at = element.end
        return at

    def element_at(self, start: int, limit: int) -> Element:
        """The element that begins there.

        Raises:
            Refuse: it is longer than what it stands in, or makes no sense; or there are too many.
        """
        self.elements_left -= 1
        if not self.elements_left:
            raise Refuse(Refusal.TOO_COMPLEX)
        id_, id_length = self.coded(start, limit, longest=4, with_marker=True)
        size, size_length = self.coded(start + id_length, limit, longest=8, with_marker=False)
        body = start + id_length + size_length
        if size == UNKNOWN_SIZE and id_ in (SEGMENT, CLUSTER):
            return Element(id_, start, body, limit, unknown=True)
        if size == UNKNOWN_SIZE or body + size > limit:
            raise Refuse(Refusal.DAMAGED)
        return Element(id_, start, body, body + size)

    def coded(self, at: int, limit: int, *, longest: int, with_marker: bool) -> tuple[int, int]:
        """A number of variable length, and its length: as many bytes as there are zeros before the first one, and one more."""
        first = self.bytes[at] if at < limit else 0
        length = 9 - first.bit_length()
        if length > longest or at + length > limit:
            raise Refuse(Refusal.DAMAGED)
        number = int.from_bytes(self.bytes[at : at + length], "big")
        if with_marker:
            return number, length
        number &= (1 << 7 * length) - 1
        return (UNKNOWN_SIZE if number == (1 << 7 * length) - 1 else number), length

    def number(self, element: Element) -> int:
        if element.end - element.body > 8:
            raise Refuse(Refusal.DAMAGED)
        return int.from_bytes(self.bytes[element.body : element.end], "big")

    def make_void(self, element: Element) -> None:
        """An element of two bytes at least always has room for the head of a Void: one byte of name, and one or eight of size."""
        length = element.end - element.start
        size = bytes([0x80 | (length - 2)]) if length < 129 else struct.pack(">Q", 1 << 56 | (length - 9))
        self.bytes[element.start : element.start + 1 + len(size)] = bytes([VOID]) + size
        self.blank(element.start + 1 + len(size), element.end)

    def blank(self, start: int, end: int) -> None:
        for at in range(start, end, 1 << 20):
            until = min(at + (1 << 20), end)
            self.bytes[at:until] = bytes(until - at)

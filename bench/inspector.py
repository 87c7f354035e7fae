"""What the inspector takes for each hostile file, and for the largest good ones: the child's time and its most memory.

The yardstick is the child that looks at a small photo: the rest is what the file has to answer for.
"""

import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from files_app.inspection import Found
from files_app.inspection.run import examine
from files_app.tests import samples
from files_app.tests.samples import SAMPLES

ROUNDS = 3
WANTED_MEGABYTES, WANTED_SECONDS, WANTED_FOR_LARGEST = 300, 10, 450
LARGEST = (8000, 5000)  # 40 megapixels


class Line(NamedTuple):
    name: str
    outcome: str
    seconds: float
    megabytes: float | None  # None: no child was needed, or it did not live to tell


def run() -> None:
    """Prints the table: good files of the largest size, then the hostile ones for which a child was started, the worst first."""
    print(f"\nWhat the inspector takes: median of {ROUNDS} rounds", flush=True)
    print(f"{'':<48}{'outcome':>18}{'seconds':>10}{'ratio':>8}{'MB':>8}{'ratio':>8}")
    yardstick = line("a small photo", samples.jpeg())
    show(yardstick, yardstick)
    for name, content in largest():
        show(line(name, content), yardstick)
    print("hostile", flush=True)
    lines = [line(sample.name, sample.make()) for sample in samples.those(is_ready=False)]
    lines += [line(name, SAMPLES[name].make()) for name in ("png_with_10_000_frames", "webp_with_10_000_frames")]
    with_child = [each for each in lines if each.megabytes]
    for each in sorted(with_child, key=lambda each: -each.megabytes):
        show(each, yardstick)
    print(f"{len(lines) - len(with_child)} more were refused by their first bytes, without a child")
    worst = max(each.megabytes for each in with_child), max(each.seconds for each in lines)
    print(f"worst: {worst[0]:.0f} MB, {worst[1]:.1f} s; wanted: below {WANTED_MEGABYTES} MB and {WANTED_SECONDS} s, ", end="")
    print(f"and below {WANTED_FOR_LARGEST} MB for a JPEG of 40 megapixels")


def largest() -> list[tuple[str, bytes]]:
    """What a camera may send at most, each as it is the most work: turned, progressive, transparent."""
    picture = samples.camera_noise(800, 500).resize(LARGEST)
    even = samples.car(*LARGEST)
    on_its_side = samples.exif(orientation=6)
    return [
        ("JPEG, 40 megapixels, on its side", samples.saved(picture, "JPEG", quality=80, exif=on_its_side)),
        ("the same, progressive", samples.saved(picture, "JPEG", quality=70, progressive=True, exif=on_its_side)),
        ("PNG, 40 megapixels", samples.saved(even, "PNG")),
        ("PNG, 40 megapixels, transparent", samples.saved(even.convert("RGBA"), "PNG")),
        ("WebP, 40 megapixels", samples.saved(picture, "WEBP", quality=60, method=0)),
        ("HEIC, 40 megapixels", samples.saved(picture, "HEIF", quality=50)),
        ("PDF, 10 MB", samples.pdf_of(10_000_000)),
        ("MP4, 100 MB", film_of(100_000_000)),
    ]


def film_of(size: int) -> bytes:
    """A clip with its index behind a data box of so many bytes."""
    film = samples.mp4_h264()
    at = film.index(b"mdat") - 4
    length = int.from_bytes(film[at : at + 4], "big")
    more = size - len(film)
    return film[:at] + (length + more).to_bytes(4, "big") + film[at + 4 : at + length] + bytes(more) + film[at + length :]


def line(name: str, content: bytes) -> Line:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        rounds = []
        for number in range(ROUNDS):
            out = Path(folder, str(number))
            out.mkdir()
            rounds.append(examine(path, out))
    answer = rounds[0].answer
    outcome = answer.content_type if isinstance(answer, Found) else answer.code.value
    memory = max(each.memory or 0 for each in rounds)
    return Line(name, outcome, statistics.median(each.seconds for each in rounds), memory / 1e6 if memory else None)


def show(each: Line, yardstick: Line) -> None:
    seconds, megabytes = each.seconds / yardstick.seconds, each.megabytes / yardstick.megabytes
    print(f"{each.name:<48}{each.outcome:>18}{each.seconds:>10.2f}{seconds:>8.1f}{each.megabytes:>8.0f}{megabytes:>8.1f}", flush=True)

"""What a stroke on a photo looks like, in pixels of that photo. static/js/stroke.js draws the same; tests/browser/test_drawing.py compares.

A stroke is made of lines and filled outlines. Each is drawn three times, one over the other: a dark edge, a white halo, the colour,
so that it can be seen on any photo. All measures are in pens, and a pen follows from the size of the photo: what was drawn on
a phone has the same proportions on paper.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin

from PIL import Image, ImageColor, ImageDraw, ImageFont

ARROW, CIRCLE, NUMBER, LINE = "arrow", "circle", "number", "line"
FEWEST_AND_MOST_POINTS = {ARROW: (2, 2), CIRCLE: (2, 2), NUMBER: (1, 1), LINE: (2, 200)}

PEN = 0.0085  # of the mean of width and height
HALO, EDGE = 0.5, 0.75  # pens around the colour
EDGE_OPACITY = 0.6
WHITE, DARK = "#ffffff", "#0b1414"
COLOURS = {"mechanic": "#d92c0a", "customer": "#0a5ce0"}  # white can be read on both, and no eye takes one for the other

HEAD = 5.4  # pens: length of an arrow's head, unless the arrow is short
DISC = 3.2  # pens: radius around a number
DIGITS = {1: 4.1, 2: 3.5, 3: 2.7}  # pens: size of its type, by the number of digits
FINEST = 4  # drawn that many times as large and made smaller again, for smooth edges
MOST_PIXELS = 12_000_000  # of a mask: what is that large is smooth enough

Point = tuple[float, float]


@dataclass(frozen=True)
class Outline:
    """A line, or a filled area with a line around it; `width` in pixels, 0 for an area without."""

    points: list[Point]
    width: float
    is_filled: bool = False


def pen_for(width: int, height: int) -> float:
    """The thickness of a line on a photo of this size, in pixels."""
    return (width + height) / 2 * PEN


def outline_of(shape: str, points: list[Point], pen: float) -> Outline:
    """The form of a stroke; `points` and the result in pixels."""
    match shape:
        case "arrow":
            return Outline(_arrow(*points, pen), pen * 0.3, is_filled=True)
        case "circle":
            return Outline(_ellipse(*points), pen)
        case "number":
            (x, y), radius = points[0], DISC * pen
            return Outline(_ellipse((x - radius, y - radius), (x + radius, y + radius)), 0, is_filled=True)
        case _:
            return Outline(_smooth(points, pen), pen)


def paint(photo: Image.Image, shape: str, points: list[Point], colour: str, label: str = "") -> None:
    """Draws one stroke onto the photo (mode RGB); `points` in fractions of its width and height."""
    pen = pen_for(*photo.size)
    outline = outline_of(shape, [(x * photo.width, y * photo.height) for x, y in points], pen)
    canvas = _Canvas(photo, outline, margin=EDGE * pen + 2)
    canvas.lay(outline, DARK, grown=EDGE * pen, opacity=EDGE_OPACITY)
    canvas.lay(outline, WHITE, grown=HALO * pen)
    canvas.lay(outline, colour)
    if shape == NUMBER:
        canvas.write(label, (points[0][0] * photo.width, points[0][1] * photo.height), DIGITS[len(label)] * pen)


# --- forms ---------------------------------------------------------------------------------------


def _arrow(tail: Point, tip: Point, pen: float) -> list[Point]:
    """Thin where it begins, with a swept head."""
    length = hypot(tip[0] - tail[0], tip[1] - tail[1])
    x, y = (tip[0] - tail[0]) / length, (tip[1] - tail[1]) / length
    head = min(HEAD * pen, 0.6 * length)

    def at(along: float, aside: float) -> Point:
        return tail[0] + x * along - y * aside, tail[1] + y * along + x * aside

    neck, barb = length - 0.82 * head, length - head
    right = [at(0, 0.06 * head), at(neck, 0.15 * head), at(barb, 0.46 * head)]
    left = [at(barb, -0.46 * head), at(neck, -0.15 * head), at(0, -0.06 * head)]
    return [*right, tip, *left, right[0]]


def _ellipse(corner: Point, opposite: Point) -> list[Point]:
    """The one that touches the sides of the box between two corners."""
    (x, rx), (y, ry) = [((a + b) / 2, abs(a - b) / 2) for a, b in zip(corner, opposite, strict=True)]
    return [(x + rx * cos(turn * pi / 60), y + ry * sin(turn * pi / 60)) for turn in range(121)]


def _smooth(points: list[Point], pen: float) -> list[Point]:
    """A quadratic curve through the middles between the points, as an SVG path has it; in steps of half a pen."""
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(points)]
    curve = [points[0]]
    for before, control, after in zip(middles, points[1:-1], middles[1:], strict=False):
        steps = min(16, 1 + int(2 * hypot(after[0] - before[0], after[1] - before[1]) / pen))
        curve += [_on_curve(before, control, after, step / steps) for step in range(steps + 1)]
    return [*curve, points[-1]]


def _on_curve(start: Point, control: Point, end: Point, t: float) -> Point:
    x, y = [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, control, end, strict=True)]
    return x, y


# --- paint ---------------------------------------------------------------------------------------


class _Canvas:
    """The part of a photo that a stroke touches, drawn finer than it is and then made smaller: Pillow's lines have hard edges."""

    def __init__(self, photo: Image.Image, outline: Outline, margin: float) -> None:
        reach = margin + outline.width / 2
        xs, ys = zip(*outline.points, strict=True)
        self.photo = photo
        self.left, self.top = max(0, int(min(xs) - reach)), max(0, int(min(ys) - reach))
        right, bottom = min(photo.width, int(max(xs) + reach) + 1), min(photo.height, int(max(ys) + reach) + 1)
        self.width, self.height = max(1, right - self.left), max(1, bottom - self.top)
        fits = (times for times in (FINEST, 2) if self.width * self.height * times**2 <= MOST_PIXELS)
        self.times = next(fits, 1)

    def lay(self, outline: Outline, colour: str, *, grown: float = 0, opacity: float = 1) -> None:
        """Lays the colour where the outline is, grown by so many pixels."""
        self._put(self._mask(outline, grown).point(lambda value: round(value * opacity)), colour)

    def write(self, text: str, middle: Point, size: float) -> None:
        """White figures with their middle there; `size` in pixels."""
        mask = Image.new("L", (self.width * self.times, self.height * self.times))
        draw, font = ImageDraw.Draw(mask), ImageFont.load_default(size * self.times)
        bold = {"font": font, "stroke_width": round(size * self.times * 0.035)}
        left, top, right, bottom = draw.textbbox((0, 0), text, **bold)
        x, y = self._fine(middle)
        draw.text((x - (left + right) / 2, y - (top + bottom) / 2), text, fill=255, **bold)
        self._put(mask.reduce(self.times), WHITE)

    def _mask(self, outline: Outline, grown: float) -> Image.Image:
        mask = Image.new("L", (self.width * self.times, self.height * self.times))
        draw, points = ImageDraw.Draw(mask), [self._fine(point) for point in outline.points]
        if outline.is_filled:
            draw.polygon(points, fill=255)
        if width := (outline.width + 2 * grown) * self.times:
            for start, end in pairwise(points):
                draw.line([start, end], fill=255, width=round(width))
            for x, y in points:
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
        return mask.reduce(self.times)

    def _fine(self, point: Point) -> Point:
        return (point[0] - self.left) * self.times, (point[1] - self.top) * self.times

    def _put(self, mask: Image.Image, colour: str) -> None:
        self.photo.paste(ImageColor.getrgb(colour), (self.left, self.top, self.left + self.width, self.top + self.height), mask)

"""Photos for the demonstration. Nobody took them: they are drawn here, roughly as a phone would see such things."""

import math
import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1600, 1200)  # pixels
GRAIN = 14  # of a phone's sensor in a garage


def picture(name: str) -> BytesIO:
    """The photo of that name, as a JPEG."""
    light = random.Random(name)  # noqa: S311 (the same picture each time)
    image = taken(PICTURES[name](light), light)
    file = BytesIO()
    image.save(file, "JPEG", quality=86)
    file.seek(0)
    return file


def taken(image: Image.Image, light: random.Random) -> Image.Image:
    """As a phone sees it: a little soft, darker at the edges, with grain."""
    soft = image.filter(ImageFilter.GaussianBlur(1.2))
    edges = Image.radial_gradient("L").resize(SIZE).point(lambda value: 255 - value * value // 700)
    shaded = ImageChops.multiply(soft, Image.merge("RGB", [edges] * 3))
    grain = Image.effect_noise(SIZE, GRAIN).point(lambda value: max(0, min(255, value)))
    grainy = Image.blend(shaded, ImageChops.overlay(shaded, Image.merge("RGB", [grain] * 3)), 0.5)
    held = grainy.rotate(light.uniform(-1.5, 1.5), Image.Resampling.BICUBIC)
    return held.crop((40, 30, SIZE[0] - 40, SIZE[1] - 30))


def canvas(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", SIZE, colour)
    return image, ImageDraw.Draw(image)


def glow(image: Image.Image, box: tuple[int, int, int, int], colour: str, spread: int) -> Image.Image:
    """Light around something that shines."""
    halo = Image.new("RGB", SIZE)
    ImageDraw.Draw(halo).ellipse(box, fill=colour)
    return ImageChops.screen(image, halo.filter(ImageFilter.GaussianBlur(spread)))


def around(centre: tuple[float, float], radius: float, angle: float) -> tuple[float, float]:
    """The point at an angle (degrees) on a circle."""
    return centre[0] + radius * math.cos(math.radians(angle)), centre[1] + radius * math.sin(math.radians(angle))


def ring(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, **how: object) -> None:
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), **how)


# --- what is on them -----------------------------------------------------------------------------


def warning_light(light: random.Random) -> Image.Image:
    """The instruments at night, with the engine light on."""
    image, draw = canvas("#0b0d10")
    draw.rounded_rectangle((60, 180, 1540, 1060), 220, fill="#14181d", outline="#2b323a", width=8)
    dial(draw, (480, 620), needle=205, marks=8)
    dial(draw, (1120, 620), needle=160, marks=12)
    draw.rounded_rectangle((690, 470, 910, 760), 24, fill="#1b232b", outline="#313b45", width=4)
    for row, width in enumerate((150, 110, 130)):
        draw.rounded_rectangle((715, 640 + row * 34, 715 + width, 654 + row * 34), 6, fill="#56707f")
    image = glow(image, (690, 400, 910, 640), "#5a3000", 60)
    engine(ImageDraw.Draw(image), (800, 545), 15, "#ffab2e")
    return image


def dial(draw: ImageDraw.ImageDraw, centre: tuple[int, int], *, needle: float, marks: int) -> None:
    ring(draw, centre, 300, fill="#0e1115", outline="#3d4853", width=10)
    for mark in range(marks * 2 + 1):
        angle = 140 + mark * 260 / (marks * 2)
        inner = 235 if mark % 2 == 0 else 255
        draw.line((*around(centre, inner, angle), *around(centre, 275, angle)), fill="#dfe7ee", width=9 if mark % 2 == 0 else 4)
    draw.line((*around(centre, -50, needle), *around(centre, 240, needle)), fill="#ff4b33", width=12)
    ring(draw, centre, 34, fill="#252c33", outline="#48535e", width=5)


def engine(draw: ImageDraw.ImageDraw, centre: tuple[int, int], unit: int, colour: str) -> None:
    """The outline of an engine, as on every dashboard."""
    block = [(-4, -2), (-2, -2), (-1, -3), (2, -3), (3, -2), (4, -2), (4, 0), (5, 0), (5, -1), (6, -1), (6, 3), (5, 3), (5, 2), (4, 2)]
    block += [(3, 3), (-2, 3), (-4, 1), (-5, 1), (-5, 3), (-6, 3), (-6, -2), (-5, -2), (-5, 0), (-4, 0)]
    outline = [(centre[0] + x * unit, centre[1] + y * unit) for x, y in block]
    draw.polygon(outline, fill="#2a1a05")
    draw.line([*outline, outline[0]], fill=colour, width=9, joint="curve")
    draw.line((centre[0] - 2 * unit, centre[1] - 5 * unit, centre[0] + 2 * unit, centre[1] - 5 * unit), fill=colour, width=9)
    draw.line((centre[0], centre[1] - 5 * unit, centre[0], centre[1] - 3 * unit), fill=colour, width=9)


def brake_disc(light: random.Random) -> Image.Image:
    """A worn disc behind the spokes' hub, scored by pads that have had their time."""
    image, draw = canvas("#2b2d30")
    centre = (760, 620)
    ring(draw, centre, 690, fill="#0d0e0f")
    ring(draw, centre, 560, fill="#8d8f90")
    for radius in range(555, 265, -3):
        grey = 118 + light.randint(-30, 34)
        ring(draw, centre, radius, outline=(grey, grey, grey + 3), width=4)
    for radius in (520, 470, 455, 398, 352):  # the scores
        ring(draw, centre, radius, outline="#3c3936", width=light.randint(5, 11))
    ring(draw, centre, 566, outline="#7a4526", width=16)
    rust(draw, centre, light)
    ring(draw, centre, 262, fill="#54433a", outline="#2c2623", width=10)
    ring(draw, centre, 150, fill="#77706b", outline="#2b2725", width=8)
    for stud in range(5):
        bolt = around(centre, 205, stud * 72 - 90)
        ring(draw, bolt, 34, fill="#a5a29d", outline="#35302d", width=6)
    draw.polygon([(1180, 170), (1520, 300), (1560, 900), (1240, 1010), (1120, 600)], fill="#3a3c40", outline="#17181a", width=12)
    draw.rounded_rectangle((1150, 470, 1235, 760), 20, fill="#5d4a35")  # what is left of the pad
    return image


def rust(draw: ImageDraw.ImageDraw, centre: tuple[int, int], light: random.Random) -> None:
    for _spot in range(900):
        x, y = around(centre, light.choice((light.uniform(540, 575), light.uniform(262, 300))), light.uniform(0, 360))
        size = light.uniform(2, 9)
        draw.ellipse((x - size, y - size, x + size, y + size), fill=light.choice(("#7d4a2a", "#93582f", "#5f3820", "#a2673a")))


def oil_drops(light: random.Random) -> Image.Image:
    """Oil under the edge of a car, on concrete."""
    image, draw = canvas("#85837e")
    for _stone in range(6000):
        x, y, grey = light.uniform(0, 1600), light.uniform(0, 1200), light.randint(98, 160)
        draw.ellipse((x, y, x + light.uniform(2, 7), y + light.uniform(2, 6)), fill=(grey, grey, grey - 4))
    draw.line((0, 930, 1600, 870), fill="#5e5c58", width=9)
    wet = Image.new("L", SIZE)
    pool = ImageDraw.Draw(wet)
    for _drop in range(26):
        x, y, size = light.gauss(760, 120), light.gauss(720, 60), light.uniform(18, 95)
        pool.ellipse((x - size, y - size * 0.55, x + size, y + size * 0.55), fill=225)
    image.paste(Image.new("RGB", SIZE, "#2b1f12"), mask=wet.filter(ImageFilter.GaussianBlur(9)).point(lambda value: value * 8 // 10))
    draw = ImageDraw.Draw(image)
    for x, y, size in ((640, 690, 60), (880, 740, 42), (720, 770, 26)):
        draw.ellipse((x, y, x + size * 2, y + size // 2), fill="#8f7c5c")
    draw.polygon([(0, 0), (1600, 0), (1600, 300), (1240, 372), (330, 392), (0, 330)], fill="#14171b")
    draw.polygon([(0, 330), (330, 392), (1240, 372), (1600, 300), (1600, 330), (1250, 408), (320, 430), (0, 366)], fill="#31363d")
    for number in range(4):
        draw.ellipse((740 + number * 6, 410 + number * 62, 756 + number * 6, 436 + number * 62), fill="#3b2b18")
    return image


PICTURES: dict[str, Callable[[random.Random], Image.Image]] = {
    "warning-light": warning_light,
    "brake-disc": brake_disc,
    "oil-drops": oil_drops,
}

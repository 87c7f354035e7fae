"""What people, and people with bad intentions, may send: every row of the table of uploads as files, made when they are needed.

Each sample is a function that gives its bytes; its name says what it is. `@ready` and `@refused` say what is to become of it.
Videos are made by the ffmpeg of imageio-ffmpeg, once in a process.
"""

import io
import random
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms, ImageDraw, ImageFilter, PngImagePlugin

from files_app.limits import Refusal

pillow_heif.register_heif_opener()

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<script>alert('from a picture')</script>"
PHP = b"<?php system($_GET['x']); ?>"
PLACE = b"+37.8044-122.2712/"  # a car park in Oakland, as ISO 6709
SECRET = b"Carla Customer, 12 Elm Street"


@dataclass(frozen=True)
class Sample:
    name: str
    make: Callable[[], bytes]
    file_name: str  # that it is sent by
    claimed: str  # the type that its sender says it has
    content_type: str = ""  # of what is shown
    refusals: frozenset[Refusal] = frozenset()  # any of these
    gone: tuple[bytes, ...] = ()  # what is not in what is shown
    size: tuple[int, int] | None = None  # of what is shown, upright

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return bool(self.content_type)


SAMPLES: dict[str, Sample] = {}


def ready(content_type: str, file_name: str = "", *, claimed: str = "", **expected):
    """`gone` and `size` as in Sample."""
    file_name = file_name or f"file.{content_type.partition('/')[2]}"
    return _register(file_name, claimed or content_type, content_type=content_type, **expected)


def refused(*refusals: Refusal, file_name: str = "photo.jpg", claimed: str = "image/jpeg"):
    return _register(file_name, claimed, refusals=frozenset(refusals))


def _register(file_name: str, claimed: str, **expected):
    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        make = cache(make)
        SAMPLES[make.__name__] = Sample(make.__name__, make, file_name, claimed, **expected)
        return make

    return register


# --- photos as they are


def car(width: int = 640, height: int = 480) -> Image.Image:
    """A picture in which up is up: the sky is blue, the street is grey, and the car stands on it."""
    image = Image.new("RGB", (width, height), (130, 180, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill=(90, 90, 90))
    draw.rectangle((width // 4, height // 3, width * 3 // 4, height * 2 // 3), fill=(190, 30, 30))
    draw.ellipse((width // 4, height * 3 // 5, width * 2 // 5, height * 3 // 4), fill=(20, 20, 20))
    return image


def camera_noise(width: int, height: int) -> Image.Image:
    """A picture with as much in it as a photo has."""
    return Image.merge("RGB", [Image.effect_noise((width, height), 50).filter(ImageFilter.GaussianBlur(0.6)) for _ in "RGB"])


def saved(image: Image.Image, format_: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def exif(*, orientation: int = 1) -> Image.Exif:
    """As phones write it: a maker, a date, a person and a place."""
    tags = Image.Exif()
    tags[0x0112], tags[0x010F], tags[0x0132], tags[0x9C9D] = orientation, "Phonemaker", "2026:11:21 10:00:00", "x"
    tags[0x013B] = SECRET.decode()
    place = tags.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (37.0, 48.0, 15.8), "W", (122.0, 16.0, 16.3)
    return tags


@ready("image/jpeg", "car.jpg", size=(640, 480))
def jpeg() -> bytes:
    return saved(car(), "JPEG", quality=90)


@ready("image/jpeg", "IMG_0001.JPG", gone=(b"Phonemaker", SECRET, b"Exif"), size=(2448, 3264))
def jpeg_of_4_mb_on_its_side() -> bytes:
    """Sky to the left as it is stored; orientation 6 says: turn me."""
    image = car(2448, 3264)
    image.paste(camera_noise(2448, 2176), (0, 1088))
    return saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=96, exif=exif(orientation=6))


def _turned(orientation: int, turn: Image.Transpose) -> None:
    @ready("image/jpeg", "turned.jpg", size=(640, 480))
    def jpeg_turned() -> bytes:
        return saved(car().transpose(turn), "JPEG", exif=exif(orientation=orientation))

    sample = SAMPLES.pop("jpeg_turned")
    name = f"jpeg_with_orientation_{orientation}"
    SAMPLES[name] = Sample(**{**vars(sample), "name": name})


for _orientation, _turn in {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}.items():
    _turned(_orientation, _turn)


@ready("image/jpeg", "gps.jpg", gone=(b"Phonemaker", SECRET, b"http://ns.adobe.com", b"Photoshop 3.0", b"a comment"))
def jpeg_with_gps_and_all_other_metadata() -> bytes:
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(SECRET)) + SECRET
    plain = saved(car(), "JPEG", exif=exif(), comment=b"a comment by " + SECRET)
    return plain[:2] + segment(0xE1, xmp) + segment(0xED, iptc) + plain[2:]


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


@ready("image/jpeg", "p3.jpg", gone=(b"ICC_PROFILE",))
def jpeg_in_stronger_colours() -> bytes:
    """In Display P3, as iPhones write: the same numbers mean stronger colours there."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {b"rXYZ": (0.5151, 0.2412, -0.0010), b"gXYZ": (0.2920, 0.6922, 0.0419), b"bXYZ": (0.1571, 0.0666, 0.7841)}
    for tag, colour in primaries.items():
        (offset,) = struct.unpack_from(">I", profile, profile.index(tag) + 4)
        struct.pack_into(">3i", profile, offset + 8, *(round(part * 65_536) for part in colour))
    return saved(car(), "JPEG", quality=95, icc_profile=bytes(profile))


@ready("image/jpeg", "print.jpg")
def jpeg_in_cmyk() -> bytes:
    return saved(car().convert("CMYK"), "JPEG")


@ready("image/jpeg", "grey.jpg")
def jpeg_in_grey_and_progressive() -> bytes:
    return saved(car().convert("L"), "JPEG", progressive=True)


@ready("image/png", size=(640, 480), gone=(b"tEXt", b"iTXt", b"zTXt", b"eXIf", SECRET))
def png_with_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    texts.add_text("Comment", SECRET.decode() * 20, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return saved(car(), "PNG", pnginfo=texts, exif=exif())


@ready("image/png")
def png_with_transparency() -> bytes:
    image = car().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return saved(image, "PNG")


@ready("image/png")
def png_with_a_palette() -> bytes:
    return saved(car().quantize(16), "PNG", transparency=0)


@ready("image/png")
def png_of_16_bits() -> bytes:
    return saved(Image.linear_gradient("L").convert("I").point(lambda value: value * 257).convert("I;16"), "PNG")


@ready("image/png", "scan.png")
def png_in_black_and_white() -> bytes:
    return saved(car().convert("1"), "PNG")


@ready("image/jpeg", "car.webp", claimed="image/webp", gone=(b"Phonemaker", SECRET), size=(480, 640))
def webp_on_its_side() -> bytes:
    return saved(car(), "WEBP", quality=80, exif=exif(orientation=6))


@ready("image/png", "cut-out.webp", claimed="image/webp")
def webp_with_transparency() -> bytes:
    image = car().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return saved(image, "WEBP", lossless=True)


@ready("image/jpeg", "IMG_0002.HEIC", claimed="image/heic", gone=(b"Phonemaker", SECRET, b"ftypheic"), size=(640, 480))
def heic_of_an_iphone() -> bytes:
    return saved(car(), "HEIF", quality=60, exif=exif().tobytes())


@ready("image/jpeg", "IMG_0003.HEIC", claimed="image/heic", size=(640, 480))
def heic_whose_main_picture_is_the_second() -> bytes:
    heif = pillow_heif.from_pillow(Image.new("L", (320, 240), 200).convert("RGB"))
    heif.add_from_pillow(car())
    file = io.BytesIO()
    heif.save(file, quality=60, primary_index=1)
    return file.getvalue()


@ready("image/jpeg", "IMG_0004.HEIC", claimed="image/heic", size=(640, 480))
def heic_with_a_depth_image() -> bytes:
    """The second picture is made an auxiliary one, as an iPhone marks its depth: by a reference `auxl` to the main one."""
    heif = pillow_heif.from_pillow(car())
    heif.add_from_pillow(Image.linear_gradient("L").resize((320, 240)).convert("RGB"))
    file = io.BytesIO()
    heif.save(file, quality=60, primary_index=0)
    return with_depth(file.getvalue())


def with_depth(heic: bytes) -> bytes:
    """Says of the second picture that it is the depth (`auxC`) of the first (`iref`), and moves the places of both along."""
    kind = box(b"auxC", bytes(4) + b"urn:mpeg:hevc:2015:auxid:2\0")
    reference = box(b"iref", bytes(4) + box(b"auxl", struct.pack(">HHH", 2, 1, 1)))
    places = heic.index(b"iloc")
    assert heic[places + 4 : places + 12].hex() == "0000000044400002", "libheif writes the places of pictures in another way now"
    for number in range(2):  # of 18 bytes each, with a base at the fifth
        at = places + 16 + 18 * number
        moved = int.from_bytes(heic[at : at + 4], "big") + len(kind) + 1 + len(reference)
        heic = heic[:at] + struct.pack(">I", moved) + heic[at + 4 :]
    heic = grown(heic, kind, b"meta", b"iprp", b"ipco")
    heic = grown(heic, b"\x87", b"meta", b"iprp", b"ipma")  # its last row is of the second picture: one property more, the seventh
    at = heic.index(b"ipma") + 12 + 7 + 2
    heic = heic[:at] + bytes([heic[at] + 1]) + heic[at + 1 :]
    return grown(heic, reference, b"meta")


def grown(content: bytes, by: bytes, *path: bytes) -> bytes:
    """With something more at the end of a box, which makes it longer, and those it stands in."""
    for name in path:
        at = content.index(name) - 4
        (size,) = struct.unpack_from(">I", content, at)
        content = content[:at] + struct.pack(">I", size + len(by)) + content[at + 4 :]
    return content[: at + size] + by + content[at + size :]


# --- photos with something else inside


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, EICAR)
    return file.getvalue()


@ready("image/jpeg", "car.jpg", gone=(EICAR, b"EICAR"))
def jpeg_with_eicar_behind() -> bytes:
    return jpeg() + EICAR


@ready("image/jpeg", "car.jpg", gone=(SCRIPT, b"<script"))
def jpeg_with_a_script_behind() -> bytes:
    return jpeg() + SCRIPT


@ready("image/jpeg", "car.html", claimed="text/html", gone=(SCRIPT, b"<html"))
def jpeg_with_a_page_in_its_comment() -> bytes:
    return jpeg()[:2] + segment(0xFE, b"<html>" + SCRIPT) + jpeg()[2:]


@ready("image/jpeg", "car.zip", claimed="application/zip", gone=(b"PK\3\4",))
def jpeg_with_a_zip_behind() -> bytes:
    return jpeg() + zipped("eicar.txt")


@ready("image/jpeg", "car.php.jpg", gone=(PHP, b"<?php"))
def jpeg_with_php_in_its_comment() -> bytes:
    return jpeg()[:2] + segment(0xFE, PHP) + jpeg()[2:]


@ready("image/png", "car.php", gone=(PHP, b"<?php", SCRIPT))
def png_with_php_in_a_text_and_a_script_behind() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", PHP.decode())
    return saved(car(), "PNG", pnginfo=texts) + SCRIPT


@ready("image/jpeg", "invoice.exe", claimed="application/x-msdownload")
def jpeg_named_exe() -> bytes:
    return saved(car(320, 240), "JPEG")


@ready("image/jpeg", "page.jpg", claimed="text/html")
def jpeg_claimed_to_be_a_page() -> bytes:
    return saved(car(320, 200), "JPEG")


@refused(Refusal.AMBIGUOUS, file_name="car.pdf", claimed="application/pdf")
def pdf_in_a_jpeg() -> bytes:
    """The comment holds the beginning of a PDF; its rest is behind the picture. Both sorts of programs open it."""
    return jpeg()[:2] + segment(0xFE, plain_pdf()[:64]) + jpeg()[2:] + plain_pdf()[64:]


@refused(Refusal.AMBIGUOUS, file_name="car.pdf", claimed="application/pdf")
def pdf_behind_a_jpeg() -> bytes:
    return jpeg() + plain_pdf()


@refused(Refusal.UNKNOWN, file_name="car.gif", claimed="image/gif")
def gif_that_is_a_script() -> bytes:
    return b"GIF89a/*" + saved(car(64, 64).quantize(8), "GIF")[8:] + b"*/=1;alert('from a picture');"


@refused(Refusal.UNKNOWN, file_name="car.jpg")
def gif_that_is_a_script_named_jpg() -> bytes:
    return b"GIF89a=1;" + SCRIPT


@refused(Refusal.UNKNOWN, file_name="moving.gif", claimed="image/gif")
def gif() -> bytes:
    return saved(car(64, 64).quantize(8), "GIF")


# --- photos that are too much


def png(width: int, height: int, *chunks: bytes, bits: int = 8, colour: int = 2, row: bytes | None = None) -> bytes:
    """A PNG of our own making; without `row` it promises more than it has."""
    data = zlib.compress(b"\0" + (row or b""))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@cache
def packed_zeros(size: int) -> bytes:
    """That many zeros (a multiple of 1 MiB), a thousandth as long: one block that stands by itself, over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (size % 65_521) << 16 | 1  # Adler-32 of as many zeros
    return b"\x78\xda" + block * (size >> 20) + packer.flush() + struct.pack(">I", checksum)


@refused(Refusal.TOO_MANY_PIXELS)
def png_of_50_000_by_50_000() -> bytes:
    return png(50_000, 50_000)


@refused(Refusal.TOO_MANY_PIXELS)
def png_of_13_000_by_13_000() -> bytes:
    """20 KB that become 169 megapixels of one bit."""
    row = zlib.compress(bytes(13_000 * 1_626), 9)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 13_000, 13_000, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", row) + chunk(b"IEND", b"")


@refused(Refusal.TOO_MANY_PIXELS)
def png_of_30_000_by_2() -> bytes:
    return png(30_000, 2, row=bytes(90_000))


@refused(Refusal.TOO_MANY_PIXELS)
def jpeg_of_65_000_by_65_000() -> bytes:
    head = jpeg().index(b"\xff\xc0")
    return jpeg()[: head + 5] + struct.pack(">HH", 65_000, 65_000) + jpeg()[head + 9 :]


@refused(Refusal.TOO_MANY_PIXELS, file_name="car.webp", claimed="image/webp")
def webp_of_16_000_by_16_000() -> bytes:
    extended = chunk_of_riff(b"VP8X", bytes(4) + (15_999).to_bytes(3, "little") * 2)
    still = saved(car(64, 64), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", 4 + len(extended) + len(still)) + b"WEBP" + extended + still


def chunk_of_riff(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


@refused(Refusal.TOO_COMPLEX, Refusal.DAMAGED, file_name="bomb.png", claimed="image/png")
def png_with_a_text_of_1_gb() -> bytes:
    return png(64, 64, chunk(b"zTXt", b"Comment\0\0" + packed_zeros(1 << 30)), row=bytes(64 * 193))


@refused(Refusal.TOO_COMPLEX, Refusal.DAMAGED, file_name="bomb.png", claimed="image/png")
def png_with_a_profile_of_1_gb() -> bytes:
    return png(64, 64, chunk(b"iCCP", b"profile\0\0" + packed_zeros(1 << 30)), row=bytes(64 * 193))


@refused(Refusal.TOO_COMPLEX, Refusal.DAMAGED, file_name="bomb.png", claimed="image/png")
def png_with_an_international_text_of_1_gb() -> bytes:
    return png(64, 64, chunk(b"iTXt", b"Comment\0\1\0\0\0" + packed_zeros(1 << 30)), row=bytes(64 * 193))


@ready("image/png", "moving.png", size=(64, 64), gone=(b"acTL", b"fcTL", b"fdAT"))
def png_with_10_000_frames() -> bytes:
    """Only the first is taken."""
    still = saved(car(64, 64), "PNG")
    at, frame = still.index(b"IDAT") - 4, zlib.compress(bytes(64 * 193))
    frames = []
    for number in range(9_999):
        frames.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * number + 1, 64, 64, 0, 0, 1, 10, 0, 0)))
        frames.append(chunk(b"fdAT", struct.pack(">I", 2 * number + 2) + frame))
    first = chunk(b"acTL", struct.pack(">II", 10_000, 0)) + chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 64, 64, 0, 0, 1, 10, 0, 0))
    end = still.index(b"IEND") - 4
    return still[:at] + first + still[at:end] + b"".join(frames) + still[end:]


@ready("image/jpeg", "moving.webp", claimed="image/webp", size=(64, 64), gone=(b"ANIM", b"ANMF"))
def webp_with_10_000_frames() -> bytes:
    frame = saved(car(64, 64), "WEBP")[12:]
    head = bytes(6) + (63).to_bytes(3, "little") * 2 + (10).to_bytes(3, "little") + b"\0"
    frames = chunk_of_riff(b"ANMF", head + frame) * 10_000
    size = (63).to_bytes(3, "little") * 2
    content = b"WEBP" + chunk_of_riff(b"VP8X", b"\2\0\0\0" + size) + chunk_of_riff(b"ANIM", bytes(6)) + frames
    return b"RIFF" + struct.pack("<I", len(content)) + content


@refused(Refusal.TOO_LARGE)
def jpeg_of_16_mb() -> bytes:
    return jpeg_of(16_000_000)


def jpeg_of(size: int) -> bytes:
    """A good one of so many bytes."""
    return jpeg() + bytes(size - len(jpeg()))


# --- photos that are broken


@refused(Refusal.EMPTY)
def nothing() -> bytes:
    return b""


@refused(Refusal.UNKNOWN)
def one_byte() -> bytes:
    return b"\xff"


@refused(Refusal.DAMAGED)
def jpeg_cut_in_half() -> bytes:
    return jpeg_of_4_mb_on_its_side()[:1_500_000]


@refused(Refusal.DAMAGED)
def jpeg_of_its_head_alone() -> bytes:
    return jpeg()[:300]


@refused(Refusal.DAMAGED)
def jpeg_with_a_scan_overwritten_at_random() -> bytes:
    return hole(noisy_jpeg(), random.Random(7).randbytes(400))


@refused(Refusal.DAMAGED)
def jpeg_with_a_scan_overwritten_by_zeros() -> bytes:
    return hole(noisy_jpeg(), bytes(2_000))


@refused(Refusal.DAMAGED)
def jpeg_with_a_scan_overwritten_by_ones() -> bytes:
    return hole(noisy_jpeg(), b"\xff" * 40)


@cache
def noisy_jpeg() -> bytes:
    return saved(camera_noise(640, 480), "JPEG", quality=90)


def hole(content: bytes, filled: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + filled + content[middle + len(filled) :]


@ready("image/jpeg", "padded.jpg")
def jpeg_that_its_camera_filled_up_with_zeros() -> bytes:
    return noisy_jpeg()[:-2] + bytes(11) + noisy_jpeg()[-2:]


@refused(Refusal.DAMAGED, file_name="car.png", claimed="image/png")
def png_cut_in_half() -> bytes:
    whole = saved(camera_noise(320, 240), "PNG")
    return whole[: len(whole) // 2]


@refused(Refusal.DAMAGED, file_name="car.png", claimed="image/png")
def png_with_a_wrong_byte() -> bytes:
    return hole(saved(camera_noise(320, 240), "PNG"), b"\xaa" * 8)


@refused(Refusal.DAMAGED, file_name="car.webp", claimed="image/webp")
def webp_cut_in_half() -> bytes:
    whole = saved(camera_noise(320, 240), "WEBP")
    return whole[: len(whole) // 2]


@refused(Refusal.DAMAGED, file_name="IMG_0005.HEIC", claimed="image/heic")
def heic_cut_in_half() -> bytes:
    return heic_of_an_iphone()[: len(heic_of_an_iphone()) // 2]


# --- what is no photo at all


@refused(Refusal.UNKNOWN)
def eicar_named_jpg() -> bytes:
    return EICAR


@refused(Refusal.UNKNOWN)
def page_named_jpg() -> bytes:
    return b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"


@refused(Refusal.UNKNOWN, file_name="drawing.svg", claimed="image/svg+xml")
def svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"


@refused(Refusal.UNKNOWN, file_name="drawing.png", claimed="image/png")
def svg_named_png() -> bytes:
    return svg()


@refused(Refusal.UNKNOWN, file_name="drawing.png", claimed="image/png")
def svg_with_an_external_entity() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'


@refused(Refusal.UNKNOWN)
def tiff_named_jpg() -> bytes:
    return saved(car(64, 64), "TIFF")


@refused(Refusal.UNKNOWN)
def bmp_named_jpg() -> bytes:
    return saved(car(64, 64), "BMP")


@refused(Refusal.UNKNOWN)
def ico_named_jpg() -> bytes:
    return saved(car(64, 64), "ICO")


@refused(Refusal.UNKNOWN)
def eps_named_jpg() -> bytes:
    return saved(car(64, 64), "EPS")


@refused(Refusal.UNKNOWN)
def psd_named_jpg() -> bytes:
    return b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3) + bytes(64 * 64 * 3)


@refused(Refusal.UNKNOWN)
def jp2_named_jpg() -> bytes:
    return saved(car(64, 64), "JPEG2000")


@refused(Refusal.UNKNOWN, file_name="car.heic", claimed="image/heic")
def avif_named_heic() -> bytes:
    return saved(car(64, 64), "AVIF")


@refused(Refusal.UNKNOWN)
def program_named_jpg() -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(500)


@refused(Refusal.UNKNOWN)
def text_named_jpg() -> bytes:
    return "The noise comes from the left. \N{AUTOMOBILE}".encode()


# --- archives, which are never unpacked


@refused(Refusal.UNKNOWN, file_name="manual.pdf", claimed="application/pdf")
def eicar_in_a_zip_named_pdf() -> bytes:
    return zipped("eicar.com")


@refused(Refusal.UNKNOWN, file_name="photos.zip", claimed="application/zip")
def zip_of_10_gb() -> bytes:
    """As its directory says; what is in it expands to 1 GB each, ten times from the same bytes."""
    packed = packed_zeros(1 << 26)[2:-4]
    local = b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(packed), 1 << 30, 1, 0) + b"x"
    entry = b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, 0, len(packed), 1 << 30, 1, 0, 0, 0, 0, 0, 0) + b"x"
    start = len(local) + len(packed)
    return local + packed + entry * 10 + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 10, 10, 10 * len(entry), start, 0)


@refused(Refusal.UNKNOWN, file_name="photos.zip", claimed="application/zip")
def zip_that_climbs_out() -> bytes:
    return zipped("../../../../tmp/climbed-out", "..\\..\\climbed-out", "/etc/climbed-out")


@refused(Refusal.UNKNOWN, file_name="photos.jpg")
def zip_with_a_link() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("car.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return file.getvalue()


# --- PDFs


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


# --- videos


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def filmed(ending: str, *options: str) -> bytes:
    """Half a second of a test picture with a tone, by ffmpeg."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"clip.{ending}")
        sources = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=0.5", "-f", "lavfi", "-i", "sine=duration=0.5"]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sources, "-pix_fmt", "yuv420p", *options, str(file)], check=True)
        return file.read_bytes()


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
TOLD = (f"location={PLACE.decode()}", f"artist={SECRET.decode()}", "creation_time=2026-11-21T10:00:00Z")
TELLING = [word for told in TOLD for word in ("-metadata", told)]


@ready("video/mp4", "clip.mp4", size=(320, 240), gone=(b"Lavf", b"VideoHandler"))
def mp4_h264() -> bytes:
    return filmed("mp4", *H264)


@ready("video/mp4", "clip.mp4", size=(320, 240))
def mp4_with_its_index_first() -> bytes:
    return filmed("mp4", *H264, "-movflags", "faststart")


@ready("video/mp4", "recorded.mp4", size=(320, 240), gone=(SECRET,))
def mp4_in_fragments() -> bytes:
    return filmed("mp4", *H264, "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-g", "2", *TELLING)


@ready("video/mp4", "clip.mp4", gone=(PLACE, SECRET, b"+37.8044"))
def mp4_with_a_place() -> bytes:
    return filmed("mp4", *H264, *TELLING)


@ready("video/mp4", "clip.mp4", gone=(PLACE, SECRET, b"loci", b"xmpmeta"))
def mp4_with_a_place_in_every_way() -> bytes:
    loci = box(b"loci", bytes(6) + SECRET + b"\0\0" + struct.pack(">iii", -8_013_000, 2_477_000, 0) + b"earth\0\0")
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x:xmpmeta>" + SECRET + PLACE + b"</x:xmpmeta>")
    udta = box(b"udta", loci + box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE))
    return into_moov(mp4_h264(), udta + xmp) + xmp + box(b"free", PLACE)


@ready("video/quicktime", "IMG_0006.MOV", claimed="video/quicktime", gone=(PLACE, SECRET, b"com.apple.quicktime.location.ISO6709"))
def mov_hevc_with_a_place() -> bytes:
    """As an iPhone writes it: HEVC, and the place under a key in `meta`."""
    return filmed(
        "mov",
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "aac"),
        *("-movflags", "use_metadata_tags", "-metadata", f"com.apple.quicktime.location.ISO6709={PLACE.decode()}", *TELLING),
    )


@ready("video/quicktime", "IMG_0007.MOV", claimed="video/quicktime", gone=(PLACE,), size=(320, 240))
def mov_with_a_place() -> bytes:
    return filmed("mov", *H264, *TELLING)


@ready("video/quicktime", "MVI_0008.MOV", claimed="video/quicktime")
def mov_with_sound_as_it_is() -> bytes:
    return filmed("mov", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le")


@ready("video/quicktime", "GOPR0009.MOV", claimed="video/quicktime", gone=(b"GPS5", b"gpmd", b"GPS track"))
def mov_with_a_track_of_gps() -> bytes:
    """A third track whose samples are places, in the same `mdat`: made of the sound track of a real one."""
    film = filmed("mov", *H264, "-map", "0:v", "-map", "1:a", "-map", "1:a")
    at = film.rindex(b"trak") - 4
    (size,) = struct.unpack_from(">I", film, at)
    track = film[at : at + size].replace(b"soun", b"meta").replace(b"mp4a", b"gpmd").replace(b"SoundHandler", b"GPS track   ")
    offset = struct.unpack_from(">I", track, track.index(b"stco") + 12)[0]
    return film[:offset] + b"GPS5" + film[offset + 4 : at] + track + film[at + size :]


@ready("video/mp4", "tall.mp4", size=(240, 320))
def mp4_on_its_side() -> bytes:
    """The matrix of the picture's track turns it by 90 degrees."""
    film = bytearray(mp4_h264())
    matrix = film.index(b"tkhd") + 4 + 40
    struct.pack_into(">9i", film, matrix, 0, 0x10000, 0, -0x10000, 0, 0, 240 << 16, 0, 0x40000000)
    return bytes(film)


@ready("video/mp4", "clip.mp4", gone=(SCRIPT, b"PK\3\4"))
def mp4_with_a_script_and_a_zip_behind() -> bytes:
    return mp4_h264() + SCRIPT + zipped("x")


@ready("video/mp4", "clip.mp4", gone=(SCRIPT,))
def mp4_with_a_script_in_unused_boxes() -> bytes:
    return mp4_h264() + box(b"free", SCRIPT) + box(b"abcd", SCRIPT) + box(b"uuid", bytes(16) + SCRIPT) + box(b"mdat", SCRIPT)


def into_moov(film: bytes, boxes: bytes) -> bytes:
    """Puts boxes at the end of the `moov`, which stands behind the `mdat`."""
    at = film.rindex(b"moov") - 4
    (size,) = struct.unpack_from(">I", film, at)
    return film[:at] + struct.pack(">I", size + len(boxes)) + film[at + 4 : at + size] + boxes + film[at + size :]


WEBM = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")


@ready("video/webm", "clip.webm", size=(320, 240), gone=(PLACE, SECRET, b"Lavf"))
def webm() -> bytes:
    return filmed("webm", *WEBM, *TELLING)


@ready("video/webm", "recorded.webm", size=(320, 240), gone=(SECRET,))
def webm_recorded_by_a_browser() -> bytes:
    """Live, so neither segment nor clusters know how long they are going to be."""
    return filmed("webm", *WEBM, "-live", "1", *TELLING)


@ready("video/webm", "clip.webm", gone=(SCRIPT,))
def webm_with_a_script_behind() -> bytes:
    return webm() + SCRIPT


@refused(Refusal.DAMAGED, file_name="clip.webm", claimed="video/webm")
def webm_cut_in_half() -> bytes:
    return webm()[: len(webm()) // 2]


@refused(Refusal.TOO_COMPLEX, file_name="clip.webm", claimed="video/webm")
def webm_with_a_million_elements() -> bytes:
    segment_of_unknown_size = b"\x18\x53\x80\x67\x01" + b"\xff" * 7
    return webm()[: webm().index(b"\x18\x53\x80\x67")] + segment_of_unknown_size + b"\xec\x80" * 1_000_000


@refused(Refusal.UNKNOWN, file_name="clip.webm", claimed="video/webm")
def matroska_named_webm() -> bytes:
    return filmed("mkv", *H264)


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_cut_in_half() -> bytes:
    return mp4_h264()[: len(mp4_h264()) // 2]


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_with_its_index_first_cut_in_half() -> bytes:
    return mp4_with_its_index_first()[: len(mp4_with_its_index_first()) * 2 // 3]


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_whose_samples_are_elsewhere() -> bytes:
    film = bytearray(mp4_h264())
    struct.pack_into(">I", film, film.index(b"stco") + 12, 0x7FFFFFFF)
    return bytes(film)


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_without_samples() -> bytes:
    return mp4_h264().replace(b"mdat", b"free", 1)


@refused(Refusal.TOO_COMPLEX, file_name="clip.mp4", claimed="video/mp4")
def mp4_with_a_million_atoms() -> bytes:
    return mp4_h264() + box(b"free", b"") * 1_000_000


@refused(Refusal.TOO_COMPLEX, file_name="clip.mp4", claimed="video/mp4")
def mp4_with_a_million_atoms_inside() -> bytes:
    return into_moov(mp4_h264(), box(b"free", b"") * 1_000_000)


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def mp4_of_20_000_boxes_in_each_other() -> bytes:
    deep = b"".join(struct.pack(">I", 8 * size) + b"moov" for size in range(20_000, 0, -1))
    return box(b"ftyp", b"isom\0\0\0\0") + deep


@refused(Refusal.DAMAGED, Refusal.TOO_COMPLEX, file_name="clip.mp4", claimed="video/mp4")
def mp4_that_promises_four_billion_samples() -> bytes:
    film = bytearray(mp4_h264())
    struct.pack_into(">II", film, film.index(b"stsz") + 8, 0, 0xFFFFFFFF)
    return bytes(film)


@refused(Refusal.UNKNOWN, file_name="song.mp4", claimed="video/mp4")
def mp4_without_a_picture() -> bytes:
    return filmed("mp4", "-vn", "-c:a", "aac")


@refused(Refusal.TOO_COMPLEX, file_name="clip.mov", claimed="video/quicktime")
def mov_that_is_at_an_address() -> bytes:
    """The data reference says: my samples are there, not here."""
    film = mp4_h264()
    here = box(b"url ", b"\0\0\0\1")
    there = box(b"url ", b"\0\0\0\0")
    assert here in film
    return film.replace(here, there)


@refused(Refusal.TOO_COMPLEX, file_name="clip.mov", claimed="video/quicktime")
def mov_that_is_a_reference_movie() -> bytes:
    address = b"https://example.org/film.mov\0"
    reference = box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(address)) + address)
    return box(b"moov", box(b"rmra", box(b"rmda", reference)))


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def playlist_for_hls() -> bytes:
    return b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n"


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def playlist_for_ffmpeg() -> bytes:
    return b"ffconcat version 1.0\nfile '/etc/passwd'\n"


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def playlist_for_dash() -> bytes:
    return b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>'


def those(*, is_ready: bool) -> list[Sample]:
    return [sample for sample in SAMPLES.values() if sample.is_ready is is_ready]

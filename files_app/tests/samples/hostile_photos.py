"""Photos with something else inside, photos that are too much, and photos that are broken."""

import random
import struct
import zlib
from functools import cache

from PIL import PngImagePlugin

from files_app.limits import Refusal
from files_app.tests.samples.documents import plain_pdf
from files_app.tests.samples.parts import EICAR, PHP, SCRIPT, packed_zeros, zipped
from files_app.tests.samples.photos import camera_noise, car, heic_of_an_iphone, jpeg, jpeg_of_4_mb_on_its_side, saved, segment
from files_app.tests.samples.table import ready, refused

# --- photos with something else inside


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

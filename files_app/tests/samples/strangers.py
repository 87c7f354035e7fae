"""What is no photo, video or PDF at all: other pictures, pages, archives."""

import io
import struct
import zipfile

from files_app.limits import Refusal
from files_app.tests.samples.parts import EICAR, SCRIPT, packed_zeros, zipped
from files_app.tests.samples.photos import car, saved
from files_app.tests.samples.table import refused

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

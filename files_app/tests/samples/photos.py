"""Photos as phones, cameras and programs write them."""

import io
import struct

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, ImageFilter, PngImagePlugin

from files_app.tests.samples.parts import SECRET, box
from files_app.tests.samples.table import SAMPLES, Sample, ready

pillow_heif.register_heif_opener()


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

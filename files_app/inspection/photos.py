"""Photos: decoded and written anew. What comes out has pixels in common with what came in, and no byte.

JPEG and HEIC become JPEG. PNG stays PNG, with its palette and transparency. WebP becomes JPEG, or PNG when it is transparent.
Of several pictures in one file (a live photo, an animation) only the main one, or the first, is kept.
"""

import struct
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image, ImageCms, JpegImagePlugin

from files_app.inspection.answers import Refuse
from files_app.limits import MOST_PIXELS, Refusal

PLUGINS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
MOST_SIDE = 20_000  # pixels
QUALITY, THUMBNAIL_QUALITY = 88, 80
THUMBNAIL_SIDE = 480  # pixels
MOST_PROFILE = 4_000_000  # bytes; printers' profiles have up to 3 MB
WHITE = (255, 255, 255)

ORIENTATION = 0x0112  # of EXIF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def look(name: str, path: Path, out: Path, _ffmpeg: str) -> dict[str, Any]:
    """Writes the photo anew, with a thumbnail.

    Raises:
        Refuse: too many pixels, damaged, or too complex.
    """
    image = decoded(name, path)
    sampling = JpegImagePlugin.get_sampling(image) if name == "jpeg" else -1  # -1: the usual one
    image = in_eight_bits(upright(image))
    stays_png = name == "png" or (name == "webp" and is_transparent(image))
    image = in_srgb(image, "RGB" if image.mode == "CMYK" else image.mode)
    file = written_as_png(image, out) if stays_png else written_as_jpeg(opaque(image), out, sampling)
    small(image).save(out / "thumbnail.jpg", "JPEG", quality=THUMBNAIL_QUALITY)
    return {
        "content_type": "image/png" if stays_png else "image/jpeg",
        "file": file.name,
        "thumbnail": "thumbnail.jpg",
        "width": image.width,
        "height": image.height,
    }


def written_as_png(image: Image.Image, out: Path) -> Path:
    forget(image, but="transparency")
    image.save(out / "file.png", "PNG", compress_level=4)
    return out / "file.png"


def written_as_jpeg(image: Image.Image, out: Path, sampling: int) -> Path:
    forget(image)
    image.save(out / "file.jpg", "JPEG", quality=QUALITY, subsampling=sampling)
    return out / "file.jpg"


def forget(image: Image.Image, *, but: str = "") -> None:
    """What came with the pixels: save() takes comments, profiles and more from here when it is told nothing else."""
    image.info = {key: value for key, value in image.info.items() if key == but}


# --- reading


def decoded(name: str, path: Path) -> Image.Image:
    """The picture with all its pixels, when it has not too many and all of them are there.

    Raises:
        Refuse: as `look`.
    """
    try:
        if name == "webp":
            within_limits(webp_size(path))  # its decoder takes memory for all pixels before it says how many these are
        image = Image.open(path, formats=[PLUGINS[name]])
        within_limits(image.size)
        if name == "jpeg":
            without_gaps(path.read_bytes())
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refuse(Refusal.TOO_MANY_PIXELS)
    except (Refuse, MemoryError):
        raise
    except Exception as error:  # what decoders raise over nonsense is not to be foreseen: SyntaxError, struct.error, ...
        raise Refuse(Refusal.TOO_COMPLEX if "MAX_TEXT" in str(error) else Refusal.DAMAGED)  # Pillow's limit for texts and profiles
    return image


def within_limits(size: tuple[int, int]) -> None:
    """Before a pixel is decoded.

    Raises:
        Refuse: too many.
    """
    width, height = size
    if width * height > MOST_PIXELS or max(size) > MOST_SIDE:
        raise Refuse(Refusal.TOO_MANY_PIXELS)


def webp_size(path: Path) -> tuple[int, int]:
    """Width and height, from the header of the first chunk; https://developers.google.com/speed/webp/docs/riff_container"""
    with path.open("rb") as file:
        head = file.read(30)
    what, body = head[12:16], head[20:]
    if what == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if what == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if what == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise Refuse(Refusal.DAMAGED)


def without_gaps(jpeg: bytes) -> None:
    """Looks for holes in the pixel data of a JPEG.

    Pillow paints over them in grey and says nothing. qpdf takes the warnings of the very same decoder for what they are; a PDF
    holds JPEGs as they are, so it reads this one as if it were part of a PDF. It costs as long as decoding.

    Raises:
        Exception: there are some.
    """
    try:
        decode_as_in_a_pdf(jpeg)
    except pikepdf.PdfError:
        # Some cameras fill up the end with zeros, which is a fault to be lived with.
        padded = jpeg[: jpeg.rfind(b"\xff\xd9")]
        decode_as_in_a_pdf(padded.rstrip(b"\0") + b"\xff\xd9")


def decode_as_in_a_pdf(jpeg: bytes) -> None:
    pdf = pikepdf.new()  # its stream lives as long as it does
    stream = pikepdf.Stream(pdf, jpeg, Filter=pikepdf.Name.DCTDecode)
    stream.get_stream_buffer(pikepdf.StreamDecodeLevel.all)


# --- making it plain


def upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says. HEICs are already: libheif turns by the box in the file, and that counts."""
    try:
        turn = UPRIGHT.get(image.getexif().get(ORIENTATION))
    except Exception:  # EXIF may be any nonsense; then it turns nothing
        turn = None
    if turn is None:
        return image
    info = image.info
    image = image.transpose(turn)
    image.info = info
    return image


def in_eight_bits(image: Image.Image) -> Image.Image:
    """In one of the modes that PNG and JPEG share a language for: 1, L, LA, P, RGB, RGBA, CMYK."""
    if image.mode.startswith("I"):  # 16 bits of grey; those of colour were already cut by the decoder
        image.info.pop("transparency", None)
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def in_srgb(image: Image.Image, mode: str) -> Image.Image:
    """In the colours that every screen understands, because the profile goes with the rest. A broken profile is forgotten."""
    profile = image.info.get("icc_profile")
    if profile and len(profile) <= MOST_PROFILE and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            of_file, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            if mode == image.mode:
                ImageCms.profileToProfile(image, of_file, srgb, inPlace=True)
                return image
            return ImageCms.profileToProfile(image, of_file, srgb, outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image if mode == image.mode else image.convert(mode)


def is_transparent(image: Image.Image) -> bool:
    """Whether something shines through; an alpha channel that is opaque throughout does not count."""
    if "A" in image.getbands():
        return image.getchannel("A").getextrema()[0] < 255
    return image.has_transparency_data


def opaque(image: Image.Image) -> Image.Image:
    """In RGB or grey, on white where it is transparent."""
    if image.mode in ("RGB", "L"):
        return image
    if not image.has_transparency_data:
        return image.convert("L" if image.mode == "1" else "RGB")
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, WHITE)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def small(image: Image.Image) -> Image.Image:
    """At most 480 pixels wide and high, in proportion; never larger than it was."""
    shrink = min(1, THUMBNAIL_SIDE / max(image.size))
    size = tuple(max(1, round(side * shrink)) for side in image.size)
    if image.mode in ("P", "1"):  # these have no colours in between
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image = opaque(image if shrink == 1 else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2))
    forget(image)
    return image

"""One picture of a video, by ffmpeg. A video without one is as good; so nothing here refuses anything."""

import subprocess
from pathlib import Path

from PIL import Image

from files_app.inspection import photos

PATIENCE = 20  # seconds
DEMUXERS = {"mp4": "mov", "webm": "matroska"}
DECODERS = "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,mpeg4,h263,mjpeg"


def frame(video: Path, name: str, out: Path, ffmpeg: str) -> str | None:
    """The name of the thumbnail in the folder, or None when ffmpeg could not make one."""
    picture = out / "poster.png"
    try:
        subprocess.run(
            command(video, DEMUXERS[name], picture, ffmpeg), stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=True
        )
        with Image.open(picture, formats=["PNG"]) as image:
            photos.within_limits(image.size)
            photos.small(image.convert("RGB")).save(out / "thumbnail.jpg", "JPEG", quality=photos.THUMBNAIL_QUALITY)
    except Exception:  # the poster is an extra, whatever happens to it
        return None
    finally:
        picture.unlink(missing_ok=True)
    return "thumbnail.jpg"


def command(video: Path, demuxer: str, picture: Path, ffmpeg: str) -> list[str]:
    """It opens this one file as this one format, whatever the file says about others, and knows few decoders."""
    limits = ["-threads", "1", "-protocol_whitelist", "file", "-format_whitelist", demuxer_names(demuxer), "-codec_whitelist", DECODERS]
    size = f"scale='min({photos.THUMBNAIL_SIDE},iw)':'min({photos.THUMBNAIL_SIDE},ih)':force_original_aspect_ratio=decrease"
    return [
        *[ffmpeg, "-v", "error", "-nostdin", "-y", *limits, "-f", demuxer, "-i", f"file:{video}"],
        *["-an", "-sn", "-dn", "-map", "0:v:0", "-frames:v", "1", "-filter_threads", "1", "-threads", "1", "-vf", size],
        *["-map_metadata", "-1", "-c:v", "png", "-f", "image2", "-update", "1", f"file:{picture}"],
    ]


def demuxer_names(demuxer: str) -> str:
    """As ffmpeg calls it in full, which is what its list of allowed ones is compared with."""
    return {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}[demuxer]

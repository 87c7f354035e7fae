"""Videos: the stream stays as it is, everything that tells of place, time and person goes, and so does what is no video.

It works without ffmpeg; where there is one, it also takes a poster frame.
"""

import mmap
import shutil
from pathlib import Path
from typing import Any

from files_app.inspection import boxes, poster, webm
from files_app.inspection.answers import Refuse
from files_app.limits import Refusal

ENDINGS = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm"}


def look(name: str, path: Path, out: Path, ffmpeg: str) -> dict[str, Any]:
    """Copies the video and tidies the copy in its place.

    Raises:
        Refuse: damaged or incomplete, no video, one that lies elsewhere, or too complex.
    """
    copy = out / "file"
    shutil.copyfile(path, copy)
    clip = tidied(copy, boxes.tidy if name == "mp4" else webm.tidy)
    file = copy.rename(out / f"file.{ENDINGS[clip.content_type]}")
    thumbnail = poster.frame(file, name, out, ffmpeg) if ffmpeg else None
    return {
        "content_type": clip.content_type,
        "file": file.name,
        "thumbnail": thumbnail,
        "width": clip.width,
        "height": clip.height,
    }


def tidied(copy: Path, tidy: Any) -> boxes.Clip:
    with copy.open("r+b") as file:
        with mmap.mmap(file.fileno(), 0) as bytes_:
            try:
                clip = tidy(bytes_)
            except (IndexError, OverflowError):
                raise Refuse(Refusal.DAMAGED)
        file.truncate(clip.end)
    return clip

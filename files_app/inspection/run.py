"""Starts the child, waits for it, and believes nothing it says without a look.

Everything that decodes runs in the child (`python -m files_app.inspection`), because decoders have bugs: there it may crash, eat
memory or never end, and costs one file its `ready`. The child has no environment, so it knows no password and no address.
"""

import hashlib
import json
import logging
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

from files_app.inspection import kinds
from files_app.inspection.answers import Found, Refuse, Refused
from files_app.inspection.cage import LIMITS
from files_app.limits import LARGEST, SERVED, Kind, Refusal

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
# glibc would reserve 64 MB of address space for each thread of a decoder.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
MOST_WORDS = 64_000  # bytes that are kept of what the child says
MOST_SIDE = 100_000  # pixels; no number from the child that is above this is believed
# A child that went over a limit ends by one of these (libraries abort when there is no memory); by any other, a decoder crashed.
LIMIT_SIGNALS = {signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGABRT}


@dataclass(frozen=True)
class Examination:
    """An inspection, and what it took."""

    answer: Found | Refused
    seconds: float
    memory: int | None  # bytes at most, as the child counted; None when it did not come to that, or was not needed


def inspect(path: Path, out: Path) -> Found | Refused:
    """Finds out what a file is and writes a clean copy of it.

    Args:
        path: the file as it was sent. Its name is only used in the log; call it by the file's id.
        out: an existing empty folder for the copy and its thumbnail.

    Returns:
        what was found, or why it was refused. Whatever is in the file, nothing is raised because of it.

    Raises:
        OSError: there is no such file, no room, or no child could be started; worth another try.
    """
    return examine(path, out).answer


def examine(path: Path, out: Path) -> Examination:
    """As `inspect`, with what it took."""
    start = time.monotonic()
    memory = None
    try:
        name = kinds.of(path)
        if path.stat().st_size > LARGEST[kinds.KIND_OF[name]]:
            raise Refuse(Refusal.TOO_LARGE)
        said, memory = ask_the_child(name, path, out)
        answer = believed(said, kinds.KIND_OF[name], out)
    except Refuse as refusal:
        answer = Refused(Refusal(refusal.code))
    return Examination(answer, time.monotonic() - start, memory)


def ask_the_child(name: str, path: Path, out: Path) -> tuple[dict[str, Any], int | None]:
    """What the child found, not yet believed, and the memory it took.

    Raises:
        Refuse: by the child's own decision, or because it did not come to one.
    """
    limits = LIMITS[kinds.KIND_OF[name]]
    command = [
        sys.executable,
        "-X",
        "utf8",
        "-m",
        "files_app.inspection",
        name,
        path.resolve(),
        out.resolve(),
        shutil.which("ffmpeg") or "",
    ]
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # its own process group, so that it ends with all it started
    )
    try:
        said, complained = listen(child, until=time.monotonic() + limits.patience)
    except TimeoutError:
        logger.warning("The inspection of %s took more than %s s.", path.name, limits.patience)
        raise Refuse(Refusal.TOO_COMPLEX)
    finally:
        end(child)
    if child.returncode:
        raise Refuse(why_it_died(child.returncode, complained, path))
    return understood(said, path)


def listen(child: subprocess.Popen, *, until: float) -> tuple[bytes, bytes]:
    """The beginning of what it says and of what it complains, when both are at their end.

    Raises:
        TimeoutError: that took too long.
    """
    heard = {child.stdout: b"", child.stderr: b""}
    with selectors.DefaultSelector() as selector:
        for pipe in heard:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(until - time.monotonic())
            if not ready or time.monotonic() > until:
                raise TimeoutError
            for key, _ in ready:
                if piece := os.read(key.fd, 8192):
                    heard[key.fileobj] = (heard[key.fileobj] + piece)[:MOST_WORDS]
                else:
                    selector.unregister(key.fileobj)
    return heard[child.stdout], heard[child.stderr]


def end(child: subprocess.Popen) -> None:
    """Ends it with all it started.

    Nobody has waited for it yet, so the number of its group is still its own. When both pipes came to their end it was on its way
    out, and its exit code stands.
    """
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM when only the dead are left
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stderr.close()


def why_it_died(code: int, complaint: bytes, path: Path) -> Refusal:
    """A limit that was hit and a crashed decoder are the file's fault; a traceback is ours, and somebody has to know."""
    if -code in LIMIT_SIGNALS:
        logger.warning("The inspection of %s went over a limit: signal %s.", path.name, -code)
        return Refusal.TOO_COMPLEX
    if code < 0:
        logger.warning("The inspection of %s crashed: signal %s.", path.name, -code)
        return Refusal.DAMAGED
    logger.error("The inspection of %s failed with exit code %s:\n%s", path.name, code, complaint.decode(errors="replace"))
    return Refusal.TOO_COMPLEX


def understood(said: bytes, path: Path) -> tuple[dict[str, Any], int | None]:
    """The answer out of the child's one line of JSON.

    Raises:
        Refuse: as the child decided; or it spoke nonsense, which is logged.
    """
    try:
        words = json.loads(said)
        memory = int(words["memory"]) if words.get("memory") else None
        if "refused" in words:
            return {"refused": Refusal(words["refused"])}, memory
        return dict(words["found"]), memory
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        logger.exception("The inspection of %s answered %r.", path.name, said[:500])
        raise Refuse(Refusal.TOO_COMPLEX)


def believed(said: dict[str, Any], kind: Kind, out: Path) -> Found:
    """What the child found, after a look at each of its words: a decoder that was taken over could say anything.

    Raises:
        Refuse: as the child decided; or it was caught lying, which is logged.
    """
    if "refused" in said:
        raise Refuse(said["refused"])
    try:
        content_type = str(said["content_type"])
        path = plain_file(out, said["file"])
        thumbnail = plain_file(out, said["thumbnail"]) if said["thumbnail"] else None
        width, height = (side if side is None else int(side) for side in (said["width"], said["height"]))
        lies = {
            "type": content_type not in SERVED[kind] or kinds.KIND_OF[kinds.of(path)] is not kind,
            "thumbnail": thumbnail is not None and kinds.of(thumbnail) != "jpeg",
            "no thumbnail": thumbnail is None and kind is Kind.PHOTO,
            "size": kind is not Kind.DOCUMENT and not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE),
        }
    except (KeyError, TypeError, ValueError, OSError, Refuse):
        logger.exception("The inspection's answer %r makes no sense.", said)
        raise Refuse(Refusal.TOO_COMPLEX)
    if any(lies.values()):
        logger.error("The inspection's answer %r is wrong about: %s.", said, ", ".join(name for name, is_a_lie in lies.items() if is_a_lie))
        raise Refuse(Refusal.TOO_COMPLEX)
    return Found(kind, content_type, path, thumbnail, width, height, sha256_of(path))


def plain_file(folder: Path, name: str) -> Path:
    """The file of that name in the folder.

    Raises:
        ValueError: it is elsewhere, or no plain file: a link could lead to anything that we may read.
    """
    path = folder / name
    if Path(name).name != name or not S_ISREG(path.lstat().st_mode):
        raise ValueError(f"{name!r} is no plain file in the folder")
    return path


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

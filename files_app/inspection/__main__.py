"""The child: `python -m files_app.inspection <format> <path> <folder for the copy> <ffmpeg or "">` prints one line of JSON."""

import importlib
import json
import os
import re
import resource
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from files_app.inspection import cage, sight
from files_app.inspection.answers import Refuse
from files_app.inspection.kinds import KIND_OF
from files_app.limits import Kind, Refusal

# Each has a function `look(format, path, out, ffmpeg)` that gives the fields of an answer, or raises Refuse.
MODULES = {Kind.PHOTO: "photos", Kind.VIDEO: "videos", Kind.DOCUMENT: "documents"}


def main(name: str, path: str, out: str, ffmpeg: str) -> NoReturn:
    kind = KIND_OF[name]
    # Libraries are loaded before the door closes; nothing of the file has been read by then.
    look = importlib.import_module(f"files_app.inspection.{MODULES[kind]}").look
    status = open("/proc/self/status") if os.path.exists("/proc/self/status") else None  # noqa: SIM115 (out of sight soon)
    ffmpeg = ffmpeg if cage.enter(cage.LIMITS[kind]) else ""
    sight.narrow(path=Path(path), out=Path(out), program=ffmpeg)
    try:
        answer = {"found": look(name, Path(path), Path(out), ffmpeg)}
    except Refuse as refusal:
        answer = {"refused": refusal.code}
    except MemoryError:
        answer = {"refused": Refusal.TOO_COMPLEX}
    print(json.dumps(answer | {"memory": memory(status)}))  # noqa: T201 (this is how it answers)
    sys.exit()


def memory(status: TextIO | None) -> int:
    """The most that this process or one that it started had in memory, in bytes."""
    ours = re.search(r"VmHWM:\s+(\d+) kB", status.read()) if status else None
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(ours[1]) if ours else 0, theirs) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])

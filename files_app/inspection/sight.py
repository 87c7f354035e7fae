"""What the child can see of the disk: programs and libraries, the one file it looks at, and the folder it writes to.

Without this a decoder that was taken over could read settings, other people's files or the environment of the worker, and put
them into the picture that its sender gets to see. The kernel's Landlock keeps them out of sight (Linux 5.13 and later,
https://docs.kernel.org/userspace-api/landlock.html); where there is none, the rest of the cage still holds.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

# The same numbers on every machine.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
TELL_VERSION, PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_FILE, MAKE_FILE, TRUNCATE = 1 << 5, 1 << 8, 1 << 14
EVERYTHING = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF}  # that a version of Landlock knows of; later ones are used like the third

READ = EXECUTE | READ_FILE | READ_DIR
WORK = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_FILE | TRUNCATE
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE  # the others make sense for folders only

LIBRARIES = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", sys.prefix, sys.base_prefix, Path(__file__).resolve().parents[1]]


def narrow(*, path: Path, out: Path, program: str) -> bool:
    """From now on, for this process and those it starts. Must come after `cage.enter`, which gives up new privileges.

    Args:
        path: the file to look at.
        out: the folder to write to.
        program: that may be started, or "".

    Returns:
        whether the kernel knows how.
    """
    if platform.system() != "Linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), TELL_VERSION)
    if version < 1:
        return False
    known = EVERYTHING[min(version, 3)]
    ruleset = libc.syscall(CREATE_RULESET, struct.pack("=Q", known), ctypes.c_size_t(8), 0)
    programs = [Path(program), Path(program).resolve().parent.parent / "lib"] if program else []
    allow(libc, ruleset, [*LIBRARIES, *programs], READ & known)
    allow(libc, ruleset, ["/dev/null"], READ_FILE | WRITE_FILE)
    allow(libc, ruleset, ["/dev/urandom"], READ_FILE)  # qpdf mixes it into keys
    allow(libc, ruleset, [path], READ_FILE)
    allow(libc, ruleset, [out], WORK & known)
    narrowed = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return narrowed


def allow(libc: ctypes.CDLL, ruleset: int, paths: Iterable[Path | str], access: int) -> None:
    """What is not there needs no rule."""
    for path in paths:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rights = access if os.path.isdir(path) else access & OF_A_FILE
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
        os.close(place)

"""What the child cannot get out of: limits of memory, time and size, and no network. Programs that it starts are caged as well.

On Linux the kernel sees to it (resource limits, no capabilities, a seccomp filter), for root as for anybody. Elsewhere there are
the resource limits, and Python refuses sockets by itself; other programs could still make some, so none must be started there.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from dataclasses import dataclass

from files_app.limits import MB, Kind


@dataclass(frozen=True)
class Limits:
    """How much one inspection may take."""

    memory: int  # bytes of address space, each process for itself; what is really used is less
    processor: int  # seconds, each process for itself
    patience: float  # seconds by the clock on the wall, all of it


# A picture of 40 megapixels needs 160 MB, and as much again while it is turned upright.
# By the clock a photo has longer than by the processor: that a machine is busy is no reason to refuse somebody's photo.
LIMITS = {
    Kind.PHOTO: Limits(memory=900 * MB, processor=8, patience=20),
    Kind.VIDEO: Limits(memory=700 * MB, processor=30, patience=60),
    Kind.DOCUMENT: Limits(memory=450 * MB, processor=7, patience=9.5),
}
LARGEST_FILE = 200 * MB  # that may be written
OPEN_FILES = 64


def enter(limits: Limits) -> bool:
    """For this process, for those it starts, and for good.

    Returns:
        whether the kernel keeps the network away; only then may other programs be started.
    """
    die_with_the_parent()
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, limits.processor),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        limit(what, most)
    sys.addaudithook(refuse_sockets)
    return platform.system() == "Linux" and drop_capabilities() and filter_system_calls()


def limit(what: int, most: int) -> None:
    """Soft and hard alike, never above what is set already. macOS knows some of these and keeps none."""
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):
        if platform.system() == "Linux":
            raise


def refuse_sockets(event: str, _args: tuple) -> None:
    if event.startswith("socket."):
        raise PermissionError("nothing here may use the network")


# --- Linux

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
# What a caged process that runs as root keeps: to read a program or library that belongs to somebody else.
CAP_DAC_OVERRIDE = 1 << 1


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_the_parent() -> None:
    """A worker that is killed leaves no child behind."""
    if platform.system() == "Linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def drop_capabilities() -> bool:
    """Root could raise its limits again, look into the memory of the worker, and more. Says whether that is over."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    keep = CAP_DAC_OVERRIDE if os.geteuid() == 0 else 0
    wanted = struct.pack("=6I", keep, keep, 0, 0, 0, 0)  # effective, permitted, inheritable; twice 32 of them
    libc = _libc()
    # No new privileges: a program that is started gets nothing back, not even by a setuid bit.
    return libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and libc.capset(header, wanted) == 0


# The numbers of the system calls that are refused, from the kernel's tables (asm/unistd_64.h, asm-generic/unistd.h).
# socket is the way to the network; io_uring can do the same without calling it. The others reach into other processes.
REFUSED = {
    "x86_64": {
        "socket": 41,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "bpf": 321,
        "userfaultfd": 323,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
        "pidfd_getfd": 438,
    },
    "aarch64": {
        "socket": 198,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "bpf": 280,
        "userfaultfd": 282,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
        "pidfd_getfd": 438,
    },
}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000  # x86-64 knows every call by a second number

# Classic BPF, linux/bpf_common.h and linux/seccomp.h.
LOAD_WORD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # the last answers EPERM
OFFSET_OF_NUMBER, OFFSET_OF_ARCH = 0, 4


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def filter_system_calls() -> bool:
    """Says whether the kernel took the filter; an old one, or one inside another sandbox, may not."""
    machine = platform.machine()
    if machine not in REFUSED:
        return False
    code = program(machine)
    filter_ = _Program(len(code) // 8, code)
    return _libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0) == 0


def program(machine: str) -> bytes:
    """The filter: each instruction is (code, jump if true, jump if false, operand), jumps counted from the next one."""
    numbers = REFUSED[machine].values()
    steps = [
        (LOAD_WORD, 0, 0, OFFSET_OF_ARCH),
        (JUMP_IF_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (RETURN, 0, 0, KILL),  # a call in the convention of another machine (32 bits) would have other numbers
        (LOAD_WORD, 0, 0, OFFSET_OF_NUMBER),
        *([(JUMP_IF_AT_LEAST, len(numbers) + 1, 0, X32_BIT)] if machine == "x86_64" else []),
        *((JUMP_IF_EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)

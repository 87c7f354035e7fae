"""What samples are made of: words that must not come through, and containers."""

import io
import struct
import zipfile
import zlib
from functools import cache

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<script>alert('from a picture')</script>"
PHP = b"<?php system($_GET['x']); ?>"
PLACE = b"+37.8044-122.2712/"  # a car park in Oakland, as ISO 6709
SECRET = b"Carla Customer, 12 Elm Street"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, EICAR)
    return file.getvalue()


@cache
def packed_zeros(size: int) -> bytes:
    """That many zeros (a multiple of 1 MiB), a thousandth as long: one block that stands by itself, over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (size % 65_521) << 16 | 1  # Adler-32 of as many zeros
    return b"\x78\xda" + block * (size >> 20) + packer.flush() + struct.pack(">I", checksum)


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content

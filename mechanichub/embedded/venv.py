"""Makes the virtual environment `.venv`, and updates it when the requirements changed.

    python3 mechanichub/embedded/venv.py requirements.txt

Standard library only: it runs before anything is installed. The Makefile has looked at the version of Python already.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin/python")
INGREDIENTS = ("requirements.txt", "requirements-dev.txt", "constraints.txt")


def main() -> None:
    """Installs what the named file lists, unless that is what is installed."""
    wanted = sys.argv[1]
    lock = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would undo each other's work
    try:
        if not _works():
            _make()
        stamp = VENV / f"installed-{wanted}"
        if not stamp.exists() or stamp.read_text() != _fingerprint():
            _install(wanted)
            stamp.write_text(_fingerprint())
    except subprocess.CalledProcessError as error:
        sys.exit(f"MechanicHub's Python packages could not be installed: `{' '.join(error.cmd)}` failed, its reason stands above.")


def _works() -> bool:
    """False when there is no environment, or its Python is gone: it may have been removed or replaced since."""
    return Path(PYTHON).exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def _make() -> None:
    if not _complete():
        _complete_python()
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def _complete() -> bool:
    """False where the distribution keeps a part of Python in a package of its own, as Debian does."""
    return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


def _complete_python() -> None:
    """Installs the missing part where we may, and otherwise says what to install."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"Installing {package}, a part of Python that comes apart here.\n")
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package]):
            subprocess.run(command, stdout=subprocess.DEVNULL, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"), check=False)
    if not _complete():
        sys.exit(f"This Python cannot make virtual environments. Install the package {package} (or python3-venv) first.")


def _install(wanted: str) -> None:
    sys.stderr.write("Installing Python packages into .venv; the first time takes a minute.\n")
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted, "-c", "constraints.txt"]
    subprocess.run(command, cwd=ROOT, check=True)


def _fingerprint() -> str:
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in INGREDIENTS)).hexdigest()


if __name__ == "__main__":
    main()

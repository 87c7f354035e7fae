"""The browser that the browser tests drive: Chromium or Chrome as the system has it.

`python -m tests.chromium` makes sure that there is one: it installs Chromium with the system's package manager when it may,
and otherwise says what to install and ends with 1.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MANAGERS: dict[str, list[list[str]]] = {
    "apt-get": [["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]],
    "dnf": [["dnf", "install", "-q", "-y", "chromium"]],
    "apk": [["apk", "add", "-q", "chromium"]],
    "pacman": [["pacman", "-Sy", "--noconfirm", "chromium"]],
}
# No sandbox as root; nothing that calls home; a camera and a microphone that need no hardware and ask nobody; and WebRTC
# between two pages where the loopback interface is the only network.
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]


def find() -> str | None:
    """The path of a Chromium that starts: the one that CHROMIUM names, or the first on PATH."""
    candidates = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else filter(None, map(shutil.which, NAMES))
    return next(filter(_starts, candidates), None)


def _starts(path: str) -> bool:
    """False also for the placeholder that some systems install, which only asks for another kind of package."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Installs Chromium when this system has a package manager that we know and may use."""
    prefix = root_prefix()
    manager = next(filter(shutil.which, MANAGERS), None)
    if prefix is None or manager is None:
        return
    sys.stderr.write(f"Installing Chromium for the browser tests ({manager}).\n")
    for command in MANAGERS[manager]:
        subprocess.run([*prefix, *command], check=False, stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root; None when we may not."""
    if os.geteuid() == 0:
        return []
    may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if may else None


def ensure() -> str:
    """The path of Chromium, installed if need be; ends the program with a sentence when there is none to be had."""
    path = find()
    if not path:
        install()
        path = find()
    if not path:
        sys.exit("The browser tests need Chromium or Chrome. Install the package chromium, or set CHROMIUM to the program's path.")
    return path


if __name__ == "__main__":
    ensure()

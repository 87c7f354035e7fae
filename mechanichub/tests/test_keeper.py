"""Who ends is started again; who keeps ending is started ever more slowly; who must not end is missed."""

import os
import time

import pytest

from mechanichub.embedded.children import Child
from mechanichub.embedded.keeper import LONGEST_PAUSE, SETTLED, Ward, keep

PLAIN = {"PATH": os.defpath}


def ended(command: list[str]) -> Child:
    """A process that has come to its end."""
    child = Child("The fly", command, PLAIN)
    child.start()
    child.wait()
    return child


def test_who_keeps_ending_is_started_ever_more_slowly(capfd: pytest.CaptureFixture[str]) -> None:
    ward, pauses = Ward(ended(["/bin/sh", "-c", "exit 3"]), pause=0.05), []
    for _ in range(3):
        ward.look()
        pauses.append(ward.due - time.monotonic())
        time.sleep(max(0, pauses[-1]))
        ward.look()
        assert ward.due is None, "it has been started again"
        ward.child.wait()
    assert pauses == pytest.approx([0.05, 0.1, 0.2], abs=0.02)
    assert capfd.readouterr().err.splitlines()[0] == "The fly ended (exit code 3); it is started again in 0 s."


def test_the_longest_pause_is_not_exceeded() -> None:
    ward = Ward(ended(["/bin/sh", "-c", "exit 3"]), pause=LONGEST_PAUSE)
    ward.look()
    assert ward.pause == LONGEST_PAUSE


def test_who_ran_for_long_is_not_punished_for_the_past() -> None:
    ward = Ward(ended(["/bin/sh", "-c", "exit 3"]), pause=LONGEST_PAUSE)
    ward.child.started_at -= SETTLED
    ward.look()
    assert ward.due - time.monotonic() < 2


def test_the_end_of_one_without_whom_there_is_no_point_is_told() -> None:
    assert keep([], [ended(["/bin/sh", "-c", "kill -9 $$"])]) == "The fly ended by itself (signal 9)."

"""The questions that come before everything else: may this car be driven at all?

Plain road safety, as any roadside assistance would say it: without brakes or steering, or with fuel or fire about, stay off the road.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEADLINE = _("Do not drive this car.")
FOOTNOTE = _("If anybody is in danger, call your local emergency number first. We can wait.")


@dataclass(frozen=True)
class Danger:
    """A yes to `question` means: do not drive. `advice` says what to do instead; `short` is the mechanic's label."""

    code: str
    short: str | Promise
    question: str | Promise
    advice: str | Promise


DANGERS = (
    Danger(
        "brakes",
        _("Brakes"),
        _("The brakes are weak, the pedal sinks to the floor, or the brake warning light is on"),
        _("Leave the car parked with the parking brake on and a gear or P engaged. A car that may not stop must be towed."),
    ),
    Danger(
        "fuel",
        _("Fuel smell"),
        _("I smell fuel or see a puddle of fuel"),
        _("Do not start the engine, do not smoke, and do not switch anything on. Open the doors, step away, and keep others away."),
    ),
    Danger(
        "fire",
        _("Smoke or fire"),
        _("There is smoke, fire or a burning smell"),
        _("Switch the engine off, get everybody out and at least 30 metres (100 feet) away. Do not open the hood. Call the fire brigade."),
    ),
    Danger(
        "steering",
        _("Steering"),
        _("The steering is very heavy, loose, or pulls hard to one side"),
        _("Do not move the car. If you are on the road, switch the hazard lights on and wait in a safe place for a tow."),
    ),
)
_BY_CODE = {danger.code: danger for danger in DANGERS}


def choices() -> list[tuple[str, str | Promise]]:
    """(code, question) of every danger, for checkboxes."""
    return [(danger.code, danger.question) for danger in DANGERS]


def dangers(codes: Iterable[str]) -> list[Danger]:
    """The dangers that these answers name, in the order of asking. Unknown codes say nothing."""
    wanted = set(codes)
    return [danger for danger in DANGERS if danger.code in wanted]


def label(code: str) -> str:
    """The short name of an answer, for cards; the code itself when it is not one of ours (older or imported rows)."""
    return str(_BY_CODE[code].short) if code in _BY_CODE else code

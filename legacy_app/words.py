"""The predecessor's words, cleaned: what its free text columns mean. Results are still its words; ours come in fitting.py."""

import json
import re
from uuid import UUID

NAMESPACE = UUID("8f3b6a52-6f0e-5c57-9d0f-0a4f2b6d7c11")  # of the ids that we make up for rows that had none
UNKNOWN_PLAN = None
PLANS = {
    **dict.fromkeys(("free", "trial", "trial-free"), "free"),
    **dict.fromkeys(("quick", "chat10"), "quick"),
    **dict.fromkeys(("standard", "video15"), "standard"),
    **dict.fromkeys(("diagnostic", "inspection"), "diagnostic"),
}
TYPES = ("chat", "video", "diagnostic")
TYPE_OF_PLAN = {"free": "chat", "quick": "chat", "standard": "video", "diagnostic": "diagnostic"}

REQUEST_STATES = {word: word for word in ("pending", "accepted", "completed", "cancelled", "expired", "unattended")} | {
    "canceled": "cancelled"
}
SESSION_STATES = (
    {
        word: word
        for word in (
            "pending",
            "scheduled",
            "waiting",
            "live",
            "completed",
            "cancelled",
            "expired",
            "unattended",
            "refunded",
            "archived",
        )
    }
    | {"canceled": "cancelled", "accepted": "waiting"}
    | dict.fromkeys(("active", "in_progress", "reconnecting"), "live")
    | dict.fromkeys(("finished", "done", "closed", "ended"), "completed")
)
FALLBACK_STATE = "cancelled"  # pending would put old rows into the queue

OPEN_STATES = ("pending", "scheduled", "waiting", "live")
WITHOUT_MECHANIC = ("cancelled", "expired", "unattended")  # no mechanic is put into a session in these states

USUAL_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def clean(word: object) -> str:
    """The word without blanks, tabs and line breaks around it, in lower case; "" for NULL."""
    return str(word).strip(" \t\r\n").lower() if word is not None else ""


def plan(word: str | None) -> str | None:
    """A known plan, or None."""
    return PLANS.get(clean(word), UNKNOWN_PLAN)


def session_type(word: str | None) -> str | None:
    """A known type, or None."""
    return clean(word) if clean(word) in TYPES else None


def uuid_in(text: object) -> UUID | None:
    """The id in a string of the usual 8-4-4-4-12 form, in any case, with blanks around it; else None."""
    if not isinstance(text, str) or not USUAL_FORM.fullmatch(clean(text)):
        return None
    return UUID(clean(text))


# --- values that hold others -----------------------------------------------------------------------


def parsed(text: str | None, *, as_words: bool = False) -> object:
    """What a text of JSON says; a broken one is what it is, a text.

    Args:
        as_words: it should be a list of words, in JSON or as PostgreSQL or people write one.
    """
    if text is None:
        return None
    try:
        found = storable(json.loads(text, parse_constant=str))
    except (ValueError, RecursionError):
        found = text.strip().strip("{}").split(",") if as_words else text
    return _flat(found) if as_words else found


def storable(value: object) -> object:
    """The value without what PostgreSQL stores in no text: NUL, and halves of characters. Numbers beyond all measure become text."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(key): storable(each) for key, each in value.items()}
    return str(value) if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _flat(value: object) -> list[str]:
    if isinstance(value, list):
        return [word for each in value for word in _flat(each)]
    word = str(value).strip(' \t\r\n"') if value is not None and not isinstance(value, dict) else ""
    return [word] if word else []

"""The one error family. Domain code raises these; each edge maps them once (mechanichub/middleware.py for pages)."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Something that cannot be done, in words for the person who tried.

    Args:
        detail: one or two sentences a person understands; already translated.
        link: an address where that person can go on, or "".
        link_text: what the link says.
    """

    status = 400
    code = "invalid"
    title = _("That did not work")
    is_told = False  # whoever raises it has said so in the log, and once is enough

    def __init__(self, detail: str, *, link: str = "", link_text: str = "") -> None:
        super().__init__(detail)
        self.detail = str(detail)
        self.link = link
        self.link_text = str(link_text)
        self.fields: dict[str, list[str]] = {}

    def as_problem(self) -> dict[str, Any]:
        """For programs (RFC 9457). `fields`: what is wrong with what was sent, in words, by name."""
        problem = {"type": "about:blank", "title": str(self.title), "status": self.status, "detail": self.detail, "code": self.code}
        return problem | {"fields": self.fields} | ({"link": self.link} if self.link else {})


class NotFound(DomainError):
    """It does not exist, or not for you; which of the two is nobody's business. 404."""

    status = 404
    code = "not_found"
    title = _("Not found")

    def __init__(self) -> None:
        super().__init__(_("There is nothing here, or it is not yours to see."))


class NotPossible(DomainError):
    """The session is in a state (or somebody was faster) that rules this out. 409."""

    status = 409
    code = "not_possible"
    title = _("Not possible any more")


class NotYours(DomainError):
    """You can see it, but it is not yours to do. 403."""

    status = 403
    code = "not_yours"
    title = _("Not yours to do")


class Unreadable(DomainError):
    """The request is not one that a browser would send. 400."""

    status = 400
    code = "unreadable"
    title = _("That could not be read")


class WrongMethod(DomainError):
    """The address is there, but not to be read, or not to be sent to. 405."""

    status = 405
    code = "wrong_method"
    title = _("Not this way")


class TooLarge(DomainError):
    """More than a form can hold. 413."""

    status = 413
    code = "too_large"
    title = _("That was too much at once")


class TooOften(DomainError):
    """Tried so often that somebody might be guessing. 429."""

    status = 429
    code = "too_often"
    title = _("That was too often")


class Unavailable(DomainError):
    """A part that is needed is down just now; trying again helps. 503 with Retry-After."""

    status = 503
    code = "unavailable"
    title = _("Not available just now")
    retry_after = 2  # seconds

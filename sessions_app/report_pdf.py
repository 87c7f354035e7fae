"""The report as a PDF: what the summary page says, on paper."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from PIL import UnidentifiedImageError

from files_app import drawing
from files_app.models import SessionFile
from files_app.storage import Missing, StorageDown
from mechanichub import paper
from mechanichub.paper import Paper
from mechanichub.templatetags.house import money
from requests_app.templatetags.intake import category_label, danger_labels, explained
from sessions_app.models import Report, Session
from sessions_app.summary import Summary, photos_of
from sessions_app.templatetags.sessions import cost_range, minutes_live

# Where paper is Letter and not A4 (ISO 216 is used everywhere else).
LETTER_COUNTRIES = {"US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "NI", "PA", "PR", "SV", "VE", "DO"}

SEVERITIES = {
    Report.Severity.INFO: paper.OK,
    Report.Severity.SOON: paper.WARN,
    Report.Severity.URGENT: paper.WARN,
    Report.Severity.CRITICAL: paper.DANGER,
}
RESULTS = {"ok": paper.OK, "fault": paper.DANGER, "unsure": paper.WARN}  # of a step of the guided check


def file_name(summary: Summary) -> str:
    """Such as "report-2026-11-21-2016-toyota-corolla.pdf"."""
    day = timezone.localtime(summary.session.created_at).date().isoformat()
    return f"{'-'.join(filter(None, ('report', day, slugify(summary.intake.car, allow_unicode=True)[:60])))}.pdf"


def made_from(summary: Summary, *, address: str, now: datetime | None = None) -> bytes:
    """The document. It asks the storage for the photos, so no transaction may be open around it.

    Args:
        address: of the summary page, with the host.
    """
    return ReportPaper(summary, address, now or timezone.now()).written()


class ReportPaper:
    """Writes one report, section by section."""

    def __init__(self, summary: Summary, address: str, now: datetime) -> None:
        self.summary, self.session, self.intake, self.report = summary, summary.session, summary.intake, summary.report
        self.address, self.now = address, now
        self.title = self.intake.car or _("Your car")
        self.storage_is_down = summary.files_unavailable
        self.paper = Paper(
            _kind(self.session),
            title=f"{_('Report')}: {self.title}, {_day(self.session.created_at)}",
            author=settings.SITE_NAME,
            language=get_language() or settings.LANGUAGE_CODE,
            everything=" ".join(_texts(summary)),
            running=f"{self.title} · {_day(self.session.created_at)} · {summary.customer_name}",
            foot=_("Session %(number)s · made %(time)s") % {"number": self.session.pk, "time": _time(now)},
        )

    def written(self) -> bytes:
        self.head()
        self.verdict()
        self.car()
        self.findings()
        self.checks()
        self.told()
        self.photos()
        self.session_facts()
        return self.paper.finished(self.now)

    def head(self) -> None:
        page, session = self.paper, self.session
        page.mark(paper.MARGIN, 15.5, 9)
        with page.at(paper.MARGIN + 12, 16.9):
            page.line_of(settings.SITE_NAME, size=13, color=paper.BRAND, bold=True, width=90)
        page.letters(11, paper.SOFT)
        with page.at(paper.MARGIN + 100, 17.4):
            page.cell(page.epw - 100, 5.5, _("Report"), align="R")
        page.set_y(35)
        page.text_of(f"{session.plan.name} · {_day(session.created_at)}", size=9.5, color=paper.SOFT)
        page.text_of(self.title, size=paper.TITLE, bold=True)
        names = {"customer": self.summary.customer_name, "mechanic": session.mechanic.display_name if session.mechanic else ""}
        page.text_of(_("%(customer)s with %(mechanic)s") % names if session.mechanic else names["customer"], size=11, color=paper.SOFT)
        page.ln(5)

    # --- what must not be missed

    def verdict(self) -> None:
        for title, text in self.notices():
            self.paper.box(paper.WARN if self.session.status == Session.Status.CANCELLED else paper.NOTE, title, text)
            self.paper.ln(4)
        if not self.report:
            return
        safe, cost = self.report.safe_to_drive, cost_range(self.report)
        tone = SEVERITIES.get(self.report.severity, paper.WARN) if safe else paper.DANGER
        title = _("Safe to drive") if safe else _("Do not drive this car")
        severity = f"{_first_capital(self.report.get_severity_display())}."
        self.paper.box(tone, title, severity, good=tone is paper.OK, aside=cost, aside_title=_("What it may cost"))

    def notices(self) -> Iterator[tuple[str, str]]:
        """(title, text) of what is unusual about this session."""
        session = self.session
        if session.status == Session.Status.CANCELLED:
            yield _("This session was cancelled"), _first_capital(session.cancel_reason) + "."
            if self.summary.ended_early:
                words = _("It was live for less than %(seconds)s seconds, so it counts as cancelled and not as completed.")
                yield _("Too short to count"), words % {"seconds": self.summary.shortest}
        elif session.is_open:
            yield _("This session is not over yet"), _first_capital(session.get_status_display()) + "."
        elif not self.report:
            yield _("No report"), _("This session was ended by the support team, without a report.")

    # --- the report

    def car(self) -> None:
        intake = self.intake
        self.paper.heading(_("The car"), needs=32)
        car = [(_("Make"), intake.make), (_("Model"), intake.model), (_("Year"), str(intake.year or ""))]
        number_facts = [(_("VIN"), intake.vin), (_("Plate"), intake.plate), (_("Odometer"), _number(intake.odometer))]
        self.paper.beside(_given(car) or [(_("Car"), _("not named"))], _given(number_facts))

    def findings(self) -> None:
        if not self.report:
            return
        self.paper.heading(_("What was found"))
        self.paper.text_of(self.report.findings)
        if self.report.recommended_work:
            self.paper.heading(_("What should be done"))
            self.paper.text_of(self.report.recommended_work)

    def checks(self) -> None:
        if not self.summary.checks:
            return
        self.paper.heading(_("What was checked"), needs=26)
        for answer in self.summary.checks:
            shown = ", ".join(str(photo.number) for photo in photos_of(answer, self.summary.photos))
            words = [answer.note, answer.code, _("Photos: %(numbers)s") % {"numbers": shown} if shown else ""]
            tone = RESULTS.get(answer.result, paper.PLAIN)
            self.paper.item(_first_capital(str(answer.result_label)), tone, str(answer.title), "\n".join(filter(None, words)))

    def photos(self) -> None:
        summary = self.summary
        if summary.files_unavailable or summary.files_need_reason:
            self.paper.heading(_("Photos"))
            self.paper.text_of(
                _("Files are not available just now, so this report was made without the photos. Please download it again later.")
                if summary.files_unavailable
                else _("The photos are left out: the support team sees them after giving a reason."),
                color=paper.SOFT,
            )
            return
        if summary.photos:
            self.paper.heading(_("Photos"), needs=paper.PICTURE + 30)
            missing = _("This photo is not available just now.")
            for file in summary.photos:
                self.paper.picture(file.number, self.photo(file), file.name, instead=missing, link=self.address)
            self.paper.end_of_pictures(len(summary.photos))
        if summary.other_files:
            self.paper.heading(_("Clips and documents"))
            self.paper.text_of("\n".join(file.name for file in summary.other_files))
            self.paper.text_of(_("They can be opened from the report on the web."), color=paper.SOFT, size=paper.SMALL, link=self.address)

    def photo(self, file: SessionFile) -> bytes | None:
        """The photo with what was drawn on it, or None: the report is made all the same."""
        if self.storage_is_down:
            return None
        try:
            return drawing.burnt(file, longest=paper.LARGEST_PICTURE)
        except StorageDown:
            self.storage_is_down = True  # nine more would each wait for their time to run out
        except (Missing, UnidentifiedImageError, OSError):
            pass
        return None

    def told(self) -> None:
        intake = self.intake
        self.paper.heading(_("What the customer told us"))
        if intake.category:
            self.paper.text_of(str(category_label(intake.category)), color=paper.SOFT, size=9.5)
            self.paper.ln(0.8)
        self.paper.text_of(intake.concern)
        if dangers := danger_labels(intake.safety):
            self.paper.ln(2)
            self.paper.text_of(_("Reported: %(dangers)s") % {"dangers": ", ".join(map(str, dangers))}, color=paper.DANGER.ink, bold=True)
        if codes := explained(intake.trouble_codes):
            self.paper.heading(_("Trouble codes"))
            for code in codes:
                self.paper.item(code.code, paper.NOTE, "", str(code.meaning))

    def session_facts(self) -> None:
        session, mechanic = self.session, self.session.mechanic
        self.paper.heading(_("The session"), needs=45)
        times = [
            (_("Sent"), _time(session.created_at)),
            (_("Accepted"), _time(session.accepted_at)),
            (_("Started"), _time(session.started_at)),
            (_("Ended"), _time(session.ended_at)),
            (_("Lasted"), minutes_live(session)),
        ]
        people = [(_("Customer"), self.summary.customer_name), *self.contact()]
        if mechanic:
            workshop = str(mechanic.workshop or "")
            people += [(_("Mechanic"), mechanic.display_name), (_("Workshop"), workshop), (_("Works in"), mechanic.city)]
        minutes = ngettext("%(plan)s, %(minutes)s minute", "%(plan)s, %(minutes)s minutes", session.minutes)
        bought = [
            (_("Status"), _first_capital(session.get_status_display())),
            (_("Plan"), minutes % {"plan": session.plan.name, "minutes": session.minutes}),
            (_("Price"), money(session.price, session.currency)),
        ]
        self.paper.beside(_given([*times, *bought]), _given(people))
        self.paper.ln(3)
        self.paper.facts([(_("Number"), str(session.pk))])
        self.paper.text_of(_("This report on the web, with photos in full size"), color=paper.BRAND, size=9.5, link=self.address)

    def contact(self) -> list[tuple[str, str]]:
        if not self.summary.shows_contact:
            return []
        intake = self.intake
        return [(_("Phone"), intake.phone.as_international), (_("E-mail"), intake.email), (_("Lives in"), intake.city)]


def _kind(session: Session) -> str:
    """The paper they have where the customer is, or else where the mechanic is."""
    if settings.REPORT_PAPER:
        return settings.REPORT_PAPER
    country = session.request.country or (session.mechanic.country if session.mechanic else "")
    return paper.LETTER if country.upper() in LETTER_COUNTRIES else paper.A4


def _texts(summary: Summary) -> Iterator[str]:
    """Everything that people typed and that will be printed."""
    intake, report, mechanic = summary.intake, summary.report, summary.session.mechanic
    yield from (summary.customer_name, intake.car, intake.plate, intake.city, intake.concern, summary.session.cancel_reason)
    yield from (summary.session.plan.name, settings.SITE_NAME)
    yield from (report.findings, report.recommended_work) if report else ()
    yield from (mechanic.display_name, mechanic.city, str(mechanic.workshop or "")) if mechanic else ()
    yield from (answer.note for answer in summary.checks)
    yield from (file.name for file in (*summary.photos, *summary.other_files))


def _given(facts: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in facts if value]


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y")


def _time(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i T") if at else ""


def _number(number: int | None) -> str:
    return "" if number is None else number_format(number, force_grouping=True)


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]

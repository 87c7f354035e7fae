"""What a list shows, as a file: CSV, sent while it is read, or XLSX. Only out; nothing is brought in this way.

    class SessionSheet(Sheet):
        customer = Column("request__customer_name", _("customer"))
        email = Column("request__customer_email", _("e-mail"))
        contact = ("email",)

    class SessionAdmin(Exported, Observed):
        sheet = SessionSheet

Who has the permission `<app>.export_<model>` finds the buttons above the list. The file holds what the filters and the search let through,
in the order of the list; that it was made, of how much and of what, stands in the log.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal
from io import BytesIO
from itertools import chain
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget
from openpyxl import Workbook

MOST = {"csv": 200_000, "xlsx": 20_000}  # rows; a CSV is sent as it is read, a workbook is made whole first
AT_ONCE = 1_000  # rows that are read together
CONTACT = "accounts_app.export_user"  # who may take people's addresses out may do so with those in other lists
STARTS_A_FORMULA = tuple("=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
LONGEST_CELL = 32_767  # characters; Excel's limit


class AsItIs(Widget):
    """A value on its way out, which CSV and XLSX write each in their way."""

    def render(self, value: Any, **kwargs: Any) -> Any:
        return value


class Column(Field):
    """A column of a sheet.

    Args:
        attribute: where the value is found, with `__` between the steps; a method without arguments is called. With a method
            `dehydrate_<name>(row)` of the sheet it is not needed.
        heading: what stands above it.
    """

    def __init__(self, attribute: str | None, heading: str | Promise) -> None:
        super().__init__(attribute=attribute, column_name=heading, widget=AsItIs())


class Sheet(Resource):
    """What is told of a row, a column each, and nothing that is not named.

    Args:
        contact: the names of the columns that tell how to reach somebody.
    """

    contact: tuple[str, ...] = ()

    def columns(self, *, with_contact: bool) -> list[str]:
        return [name for name in self.get_export_order() if with_contact or name not in self.contact]


class Exported:
    """Mixed into a ModelAdmin."""

    sheet: type[Sheet]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.export_{self.opts.model_name}")

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<slug:form>/", self.admin_site.admin_view(require_POST(self.export_view)), name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        forms = FORMS if self.has_export_permission(request) else ()
        exports = [(form.upper(), self.export_address(form)) for form in forms]
        return super().changelist_view(request, {"exports": exports, **(extra_context or {})})

    def export_address(self, form: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_export", args=[form])

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """The file; or back to the list with a sentence, when it would be too large."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        if form not in MOST:
            raise Http404
        back = f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_changelist')}?{request.GET.urlencode()}"
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect(back)
        count = rows.order_by()[: MOST[form] + 1].count()
        if count > MOST[form]:
            messages.warning(request, too_many(form))
            return redirect(back)
        self.log_export(request, count, form)
        sheet = self.sheet()
        lines = lines_of(sheet, rows, sheet.columns(with_contact=request.user.has_perm(CONTACT)))
        return FORMS[form](lines, f"{self.opts.model_name}-{timezone.localdate():%Y-%m-%d}.{form}")

    def log_export(self, request: HttpRequest, count: int, form: str) -> None:
        rows = ngettext("Exported %(count)s row as %(form)s", "Exported %(count)s rows as %(form)s", count)
        asked = request.GET.urlencode() or _("everything")
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=str(self.opts.verbose_name_plural)[:200],
            action_flag=CHANGE,
            change_message=rows % {"count": number_format(count, force_grouping=True), "form": form.upper()} + f": {asked}",
        )


def too_many(form: str) -> str:
    most, most_csv = (number_format(number, force_grouping=True) for number in (MOST[form], MOST["csv"]))
    words = {"most": most, "form": form.upper(), "csv": most_csv}
    if form == "csv":
        return _("These are more than %(most)s rows, too many for one file. Please narrow them down, for example by dates.") % words
    return _("These are more than %(most)s rows, too many for %(form)s. Please narrow them down, or take CSV: up to %(csv)s rows.") % words


def lines_of(sheet: Sheet, rows: QuerySet, columns: list[str]) -> Iterator[list[Any]]:
    """The headings, then a line for each row."""
    yield sheet.get_export_headers(selected_fields=columns)
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield sheet.export_resource(row, selected_fields=columns)


def as_csv(lines: Iterator[list[Any]], name: str) -> HttpResponseBase:
    """Sent as the rows are read. It begins with a byte order mark, without which Excel takes it for Latin-1."""
    writer, zone = csv.writer(Echo()), timezone.get_current_timezone()  # what is sent is made after the request's zone has ended
    text = (writer.writerow([_in_csv(cell, zone) for cell in line]).encode() for line in lines)
    return _as_file(StreamingHttpResponse(chain([codecs.BOM_UTF8], text), content_type="text/csv; charset=utf-8"), name)


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_xlsx(lines: Iterator[list[Any]], name: str) -> HttpResponseBase:
    """A workbook with one sheet."""
    book, file = Workbook(write_only=True), BytesIO()
    page = book.create_sheet()
    page.freeze_panes = "A2"
    for line in lines:
        page.append([_in_workbook(cell) for cell in line])
    book.save(file)
    file.seek(0)
    return _as_file(FileResponse(file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), name)


FORMS: dict[str, Callable[[Iterator[list[Any]], str], HttpResponseBase]] = {"csv": as_csv, "xlsx": as_xlsx}


def harmless(text: str) -> str:
    """Text that a spreadsheet takes for text: before what looks like the beginning of a formula stands an apostrophe.

    After https://owasp.org/www-community/attacks/CSV_Injection.
    """
    text = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)[: LONGEST_CELL - 1]
    return f"'{text}" if text.lstrip().startswith(STARTS_A_FORMULA) else text


def _in_csv(cell: Any, zone: tzinfo) -> Any:
    """Times as ISO 8601, with their offset."""
    return timezone.localtime(cell, zone).isoformat(timespec="seconds") if isinstance(cell, datetime) else _written(cell)


def _in_workbook(cell: Any) -> Any:
    """Times without a zone, which a workbook does not know: they are those of whoever asked for it."""
    return timezone.make_naive(cell) if isinstance(cell, datetime) else _written(cell)


def _written(cell: Any) -> Any:
    if cell is None or isinstance(cell, (bool, int, float, Decimal, date)):
        return cell
    return harmless(", ".join(map(str, cell)) if isinstance(cell, (list, tuple)) else str(cell))


def _as_file(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

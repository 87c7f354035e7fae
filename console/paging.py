"""Lists that stay quick whatever their length: dear counts are estimated, and nobody leafs through a million rows.

PostgreSQL knows about how many rows it will find before it looks. Only where that is few are they counted; and of a long list the first
MOST_PAGES pages are there, since to skip rows they have to be read.
"""

from dataclasses import dataclass
from json import loads
from math import ceil, log10
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MOST_COUNTED = 10_000  # rows
MOST_PAGES = 200


@dataclass(frozen=True)
class Counted:
    """How many rows a list has, exactly or about."""

    rows: int
    is_exact: bool = True

    def __str__(self) -> str:
        if self.is_exact:
            return number_format(self.rows, force_grouping=True)
        digits = max(0, int(log10(self.rows)) - 1)
        return _("about %(rows)s") % {"rows": number_format(round(self.rows, -digits), force_grouping=True)}


def count(rows: QuerySet) -> Counted:
    """Counts up to MOST_COUNTED rows; of more it says about how many there are."""
    ids = rows.order_by().values("pk")
    plan = ids.explain(format="json")  # "" of what can have no rows, and is not even asked
    expected = loads(plan)[0]["Plan"]["Plan Rows"] if plan else 0
    if expected > MOST_COUNTED:
        return Counted(expected, is_exact=False)
    found = ids[: MOST_COUNTED + 1].count()
    return Counted(found, is_exact=found <= MOST_COUNTED)


class LongList(ChangeList):
    """Django's list with these counts and pages. It looks for the keys of a page first and reads the rows by them."""

    def get_results(self, request: HttpRequest) -> None:
        counted = count(self.queryset)
        last_page = max(1, min(MOST_PAGES, ceil(counted.rows / self.list_per_page)))
        self.page_num = min(max(1, self.page_num), last_page)
        self.can_show_all = counted.is_exact and counted.rows <= self.list_max_show_all
        first, most = (self.page_num - 1) * self.list_per_page, self.list_per_page
        if self.show_all and self.can_show_all:
            first, most = 0, self.list_max_show_all
        keys = list(self.queryset.values_list("pk", flat=True)[first : first + most + 1])
        if len(keys) <= most and not counted.is_exact:  # the end of the list was seen
            counted = Counted(first + len(keys))
        self.counted, self.result_count = counted, counted.rows
        self.multi_page = counted.rows > self.list_per_page
        self.result_list = self.read(keys[:most])
        self.paginator = Paginator(range(min(counted.rows, MOST_PAGES * self.list_per_page)), self.list_per_page)
        self.goes_on = counted.rows > MOST_PAGES * self.list_per_page
        self.show_full_result_count, self.full_result_count, self.show_admin_actions = False, None, True

    def read(self, keys: list[Any]) -> list[Any]:
        """The rows with these keys, in their order."""
        rows = self.apply_select_related(self.root_queryset).in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

"""Lists as files: what is filtered, for those who may, and nothing in it that a spreadsheet would run."""

import csv
from io import BytesIO, StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from openpyxl import load_workbook

from accounts_app.models import User
from console import exporting
from sessions_app.models import Session
from tests import cast
from tests.staff import staff_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, sam):
    return staff_in(client, sam)


def export(client, form: str = "csv", asked: str = ""):
    return client.post(reverse("admin:sessions_app_session_export", args=[form]) + asked)


def table(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def allow(user: User, *codenames: str) -> None:
    for codename in codenames:
        app, _dot, name = codename.partition(".")
        kind = ContentType.objects.filter(app_label=app).first()
        permission, _made = Permission.objects.get_or_create(
            codename=name, content_type__app_label=app, defaults={"content_type": kind, "name": name}
        )
        user.user_permissions.add(permission)


def test_a_csv_holds_what_is_filtered_and_the_log_says_so(staff, carla, colin, max):
    waiting, _other = cast.waiting(carla, max), cast.pending(colin)
    answer = export(staff, asked="?status__exact=waiting")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="session-')
    (row,) = table(answer)
    assert (row["id"], row["status"], row["customer"], row["mechanic"]) == (
        str(waiting.pk),
        "waiting for both to join",
        "Carla Example",
        "Max",
    )
    assert row["submitted"] == waiting.created_at.astimezone().replace(microsecond=0).isoformat()
    assert LogEntry.objects.get().change_message == "Exported 1 row as CSV: status__exact=waiting"


def test_a_workbook_holds_the_same(staff, carla, max):
    session = cast.waiting(carla, max)
    answer = export(staff, "xlsx")
    headings, row = load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    told = dict(zip(headings, row, strict=True))
    assert (told["id"], told["customer"], told["submitted"].year) == (str(session.pk), "Carla Example", session.created_at.year)


@pytest.mark.parametrize(
    "name", ["=1+1", '=HYPERLINK("https://example.org")', "+1", "-2+3", "@SUM(A1)", " =1", "\N{FULLWIDTH EQUALS SIGN}1"]
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_is_a_formula(staff, carla, name, form):
    cast.pending(carla, name=name)
    answer = export(staff, form)
    if form == "csv":
        assert [row["customer"] for row in table(answer)] == [f"'{name}"]
        return
    cells = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows())[1]
    assert "f" not in {cell.data_type for cell in cells}
    assert f"'{name}" in [cell.value for cell in cells]


def test_numbers_stay_numbers_and_what_cannot_be_printed_is_replaced():
    assert [exporting._written(cell) for cell in (-5, True, None, ["a", "b"])] == [-5, True, None, "a, b"]
    assert exporting.harmless("a\x00b\x1bc\nd") == "a\ufffdb\ufffdc\nd"


def test_only_those_who_may_export_find_the_buttons(client, carla):
    cast.pending(carla)
    tessa = cast.person("Tessa", is_staff=True)
    allow(tessa, "sessions_app.view_session")
    staff_in(client, tessa)
    page = reverse("admin:sessions_app_session_changelist")
    assert "/export/csv/" not in client.get(page).content.decode()
    assert export(client).status_code == 404
    allow(tessa, "sessions_app.export_session")
    assert "/export/csv/" in client.get(page).content.decode()
    assert len(table(export(client))) == 1


def test_contact_data_goes_to_those_who_may_export_people(client, carla):
    cast.pending(carla)
    tessa = cast.person("Tessa", is_staff=True)
    allow(tessa, "sessions_app.view_session", "sessions_app.export_session")
    staff_in(client, tessa)
    (row,) = table(export(client))
    assert "e-mail" not in row and "carla@example.org" not in row.values()
    allow(tessa, "accounts_app.export_user")
    (row,) = table(export(client))
    assert row["e-mail"] == "carla@example.org"


def test_a_file_is_not_made_by_looking_nor_in_another_form(staff, carla):
    assert staff.get(reverse("admin:sessions_app_session_export", args=["csv"])).status_code == 405
    assert export(staff, "html").status_code == 404
    assert not LogEntry.objects.exists()


def test_what_is_too_much_is_said_in_words(staff, carla, colin, monkeypatch):
    cast.pending(carla), cast.pending(colin)
    monkeypatch.setitem(exporting.MOST, "xlsx", 1)
    answer = staff.post(reverse("admin:sessions_app_session_export", args=["xlsx"]), follow=True)
    assert "These are more than 1 rows, too many for XLSX." in answer.content.decode()
    assert not LogEntry.objects.exists() and Session.objects.count() == 2

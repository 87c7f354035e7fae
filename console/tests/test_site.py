"""The admin as a whole: who finds a door, and that every page of it opens quickly."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_app.models import User
from demo.people import PASSWORD
from tests.staff import staff_in

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.org")


@pytest.fixture
def staff(client, demo):
    return staff_in(client, user("sam"), PASSWORD)


def page(client, url: str, most: int = MOST_QUERIES) -> str:
    """The page, which opens with few queries."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url)
    assert answer.status_code == 200, url
    assert len(queries) <= most, f"{url}: {len(queries)} queries\n" + "\n".join(query["sql"][:160] for query in queries)
    return answer.content.decode()


def address(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_every_model_of_ours_is_in_the_admin():
    ours = [
        model for app in ("accounts_app", "billing_app", "sessions_app", "requests_app") for model in apps.get_app_config(app).get_models()
    ]
    assert len(ours) > 10
    assert set(ours) <= set(MODELS)


@each_model
def test_every_list_opens_searches_and_sorts(staff, model):
    model_admin = admin.site._registry[model]
    columns = [f"o={number}" for number, _name in enumerate(model_admin.list_display, 1)]
    searches = ["q=corolla+max"] if model_admin.search_fields else []
    for asked in ("", *searches, *columns):
        page(staff, f"{address(model, 'changelist')}?{asked}")


@each_model
def test_every_page_of_a_row_and_its_history_open(staff, model):
    for row in model._default_manager.all()[:3]:
        page(staff, address(model, "change", row.pk))
        page(staff, address(model, "history", row.pk))


@each_model
def test_rows_are_added_and_deleted_only_where_nothing_hangs_on_them(staff, model):
    label, row = model._meta.label, model._default_manager.first()
    addable = {"auth.Group", "billing_app.Plan", "accounts_app.Brand", "accounts_app.Workshop", "webhooks_app.Webhook"}
    assert staff.get(address(model, "add")).status_code == (200 if label in addable else 404)
    if row and label != "auth.Group":
        assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 404
        assert model._default_manager.filter(pk=row.pk).exists()


def test_the_first_page_says_what_needs_attention(staff):
    html = page(staff, reverse("admin:index"))
    assert "<strong>2</strong> <span>Sessions that no mechanic has taken in time" in html
    assert "<strong>1</strong> <span>Mechanics who wait for an answer" in html
    assert "<strong>0</strong> <span>Jobs that failed" in html


@pytest.mark.parametrize("name", [None, "carla", "colin", "max", "oscar", "ray", "will"])
def test_for_everybody_else_there_is_no_admin(client, demo, name):
    if name:
        client.force_login(user(name))
    for url in (reverse("admin:index"), reverse("admin:login"), reverse("admin:sessions_app_session_changelist"), "/admin/nothing/"):
        assert client.get(url).status_code == 404


@pytest.fixture
def helper(demo) -> User:
    """Somebody of the support team who may see sessions and nothing else."""
    helper = User.objects.create_user("helper@example.org", PASSWORD, full_name="Helper", is_staff=True)
    helper.emailaddress_set.create(email=helper.email, verified=True, primary=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_session", content_type__app_label="sessions_app"))
    return helper


def test_what_staff_have_no_permission_for_is_not_there_for_them(client, helper):
    staff_in(client, helper, PASSWORD)
    page(client, reverse("admin:sessions_app_session_changelist"))
    for model in MODELS:
        if model._meta.label != "sessions_app.Session":
            assert client.get(address(model, "changelist")).status_code == 404, model
    html = page(client, reverse("admin:index"))
    assert "no mechanic has taken in time" in html and "Jobs that failed" not in html


def test_staff_who_may_only_look_get_no_buttons_and_cannot_press_them(client, helper):
    staff_in(client, helper, PASSWORD)
    session = user("andre").sessions.get(status="pending")
    html = page(client, reverse("admin:sessions_app_session_change", args=[session.pk]))
    assert "/move/" not in html
    answer = client.post(reverse("admin:sessions_app_session_move", args=[session.pk, "cancel"]), {"reason": "Because."})
    assert answer.status_code == 404
    session.refresh_from_db()
    assert session.status == "pending"

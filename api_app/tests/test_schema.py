"""The description: complete, valid, and readable without other hosts."""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from api_app.tests.calls import get
from api_app.urls import urlpatterns

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def described(django_db_setup, django_db_blocker) -> dict:
    with django_db_blocker.unblock():
        return json.loads(get(Client(), "/schema/").content)


def operations(described: dict):
    return [(path, method, each) for path, methods in described["paths"].items() for method, each in methods.items()]


def test_it_is_made_without_a_warning(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--format=openapi-json", f"--file={tmp_path / 'api.json'}")


def test_every_address_is_in_it(described):
    left_out = {"schema", "docs"}
    assert len(described["paths"]) == len([each for each in urlpatterns if each.name not in left_out]) > 5
    assert described["openapi"] == "3.1.0"


def test_every_operation_has_a_name_words_and_all_its_answers(described):
    found = operations(described)
    names = [each["operationId"] for _path, _method, each in found]
    assert len({*names}) == len(names) > 8
    for path, method, each in found:
        assert each["summary"] and each["description"], (path, method)
        assert {"429", "503"} <= each["responses"].keys(), (path, method)
        assert ("304" in each["responses"]) is (method == "get"), (path, method)
        assert ("Idempotency-Key" in str(each.get("parameters"))) is (method == "post"), (path, method)


def test_the_page_needs_no_other_host():
    page = Client().get(reverse("api:docs"))
    assert page.status_code == 200 and b"swagger-ui-bundle" in page.content
    assert b"http://" not in page.content.replace(b"http://localhost:8000", b"") and b"https://" not in page.content

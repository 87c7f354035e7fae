"""What the look of every page rests on: stylesheets, icons, and nothing inline."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.template.loader import render_to_string

from mechanichub.stylesheets import BUNDLES, CALL, EVERY_PAGE, StaticFiles, path_of, stylesheets
from mechanichub.templatetags.house import initials, money

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_nothing_is_inline(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)


def test_every_icon_that_is_named_exists():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img/icons.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', path.read_text())}
    assert named
    assert named <= drawn


def test_every_stylesheet_is_linked():
    linked = {name for path in TEMPLATES for name in re.findall(r'static "(css/[^"]+)"', path.read_text())}
    bundled = {path_of(name) for names in BUNDLES.values() for name in names}
    there = {f"css/{path.name}" for path in (STATIC / "css").glob("*.css")}
    assert linked | bundled == there


def test_every_bundle_is_used():
    named = {name for path in TEMPLATES for name in re.findall(r'{% stylesheets(?: "([^"]+)")? %}', path.read_text())}
    assert {name or EVERY_PAGE for name in named} == set(BUNDLES)


def test_every_script_that_is_linked_exists():
    linked = {name for path in TEMPLATES for name in re.findall(r'static "(js/[^"]+)"', path.read_text())}
    assert linked
    assert not [name for name in linked if not finders.find(name)]


def test_names_are_made_in_one_place_that_needs_no_https():
    """crypto.randomUUID is there on https and localhost alone."""
    scripts = {path.name: path.read_text() for path in (STATIC / "js").glob("*.js")}
    assert "getRandomValues" in scripts["new-name.js"]
    assert [name for name, text in scripts.items() if "randomUUID(" in text or "getRandomValues(" in text] == ["new-name.js"]


def test_the_stylesheets_are_put_together(tmp_path):
    found = {path_of(name): (FileSystemStorage(STATIC), path_of(name)) for names in BUNDLES.values() for name in names}
    StaticFiles(location=tmp_path, base_url="/static/").put_together(found)
    assert ".call-bar {" in (tmp_path / path_of(CALL)).read_text()
    together = (tmp_path / path_of(EVERY_PAGE)).read_text()
    assert together.index("@layer reset, tokens") < together.index(".button {") < together.index("@media print")


def test_without_collected_files_each_is_linked_by_itself():
    assert stylesheets() == [path_of(name) for name in BUNDLES[EVERY_PAGE]]
    assert render_to_string("500.html").count('rel="stylesheet"') == len(BUNDLES[EVERY_PAGE])


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [("9.99", "USD", "$9.99"), ("0", "USD", "Free"), ("1234.5", "EUR", "€1234.50"), ("5", "CHF", "5.00 CHF")],
)
def test_money(amount, currency, words):
    assert money(float(amount), currency).replace(",", "") == words


@pytest.mark.parametrize(("name", "letters"), [("Carla Gomez", "CG"), ("carla", "C"), ("", ""), ("Ana María de la Cruz", "AC")])
def test_initials(name, letters):
    assert initials(name) == letters

"""The rules of the house, read from the source. A failure is a sentence that says what to do instead.

That templates hold nothing inline is in mechanichub/tests/test_look.py.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "bench"))

# --- who may import whom -------------------------------------------------------------------------

CORE, MODELS, LIVE, DOMAIN, EDGE = "core", "models", "live", "domain", "edge"
DOWNWARDS = (EDGE, DOMAIN, LIVE, MODELS, CORE)

# The first pattern that fits a module says of which kind it is.
KINDS = {
    # Facts and tools that know no row.
    "mechanichub.errors": CORE,
    "mechanichub.rules": CORE,
    "mechanichub.text": CORE,
    "mechanichub.forms": CORE,
    "mechanichub.formats*": CORE,
    "mechanichub.catalogue": CORE,
    "mechanichub.checks": CORE,
    "mechanichub.readable": CORE,
    "mechanichub.addresses": CORE,
    "mechanichub.bodies": CORE,
    "mechanichub.fonts": CORE,
    "mechanichub.paper": CORE,
    "mechanichub.outgoing": CORE,
    "mechanichub.health": DOMAIN,  # it asks every part how it is
    "mechanichub.stylesheets": CORE,
    "mechanichub.embedded*": CORE,
    "accounts_app.brands": CORE,
    "accounts_app.languages": CORE,
    "sessions_app.moves": CORE,
    "files_app.limits": CORE,
    "files_app.inspection*": CORE,
    "diagnostics_app.checklists": CORE,
    "files_app.stores": CORE,
    "files_app.strokes": CORE,
    "requests_app.concerns": CORE,
    "requests_app.makes": CORE,
    "requests_app.safety": CORE,
    "requests_app.trouble_code*": CORE,
    "requests_app.vin": CORE,
    # Rows, and the questions that are asked of them.
    "*_app.models": MODELS,
    "*_app.querysets": MODELS,
    "*_app.access": MODELS,
    "requests_app.finding": MODELS,
    "accounts_app.roles": MODELS,  # groups and what they may do
    "requests_app.matching": MODELS,  # one question in two directions; it writes nothing and tells nobody
    # The transport. Sockets ask about rights, so they are edges.
    "live.consumers": EDGE,
    "live.routing": EDGE,
    "live": LIVE,
    "live.*": LIVE,
    # What the product does.
    "lifecycle.tasks": EDGE,
    "lifecycle.management*": EDGE,
    "lifecycle": DOMAIN,
    "lifecycle.*": DOMAIN,
    "accounts_app.applications": DOMAIN,
    "billing_app.demo_gateway": DOMAIN,
    "files_app.drawing": DOMAIN,
    "files_app.missing": DOMAIN,
    "files_app.shelf": DOMAIN,
    "files_app.storage": DOMAIN,
    "diagnostics_app.answers": DOMAIN,
    "diagnostics_app.findings": DOMAIN,
    "files_app.bundles": DOMAIN,
    "files_app.checking": DOMAIN,
    "files_app.clamd": DOMAIN,
    "files_app.news": DOMAIN,
    "files_app.pace": DOMAIN,
    "files_app.retention": DOMAIN,
    "files_app.uploads": DOMAIN,
    "legacy_app.words": CORE,
    "legacy_app.models": MODELS,
    "legacy_app.admin": EDGE,
    "legacy_app.apps": EDGE,
    "legacy_app.management*": EDGE,
    "legacy_app": EDGE,
    "legacy_app.*": DOMAIN,
    "requests_app.audit": DOMAIN,
    "requests_app.board": DOMAIN,
    "requests_app.drafts": DOMAIN,
    "requests_app.offers": DOMAIN,
    "requests_app.reasons": DOMAIN,
    "requests_app.visitors": DOMAIN,
    "sessions_app.calls": DOMAIN,
    "sessions_app.chat": DOMAIN,
    "sessions_app.reviews": DOMAIN,
    "sessions_app.summary": DOMAIN,
    "sessions_app.timeline": DOMAIN,
    "webhooks_app.kinds": CORE,
    "webhooks_app.posting": CORE,
    "webhooks_app.signing": CORE,
    "webhooks_app.targets": CORE,
    "webhooks_app.managing": DOMAIN,
    "webhooks_app.outbox": DOMAIN,
    "webhooks_app.payload": DOMAIN,
    "webhooks_app.sending": DOMAIN,
    # Where the world comes in.
    "api_app.tokens": DOMAIN,
    "api_app.*": EDGE,
    "*_app": EDGE,
    "*_app.adapter": EDGE,
    "*_app.admin": EDGE,
    "*_app.apps": EDGE,
    "*_app.backends": EDGE,
    "*_app.filters": EDGE,
    "*_app.forms": EDGE,
    "requests_app.in_a_name": EDGE,
    "accounts_app.suspension": EDGE,
    "*_app.management*": EDGE,
    "*_app.report_pdf": EDGE,
    "*_app.report_views": EDGE,
    "*_app.second_factor": EDGE,
    "*_app.sessions": EDGE,
    "*_app.sheets": EDGE,
    "*_app.tasks": EDGE,
    "*_app.templatetags*": EDGE,
    "*_app.urls": EDGE,
    "files_app.tus": EDGE,
    "files_app.upload_views": EDGE,
    "*_app.views": EDGE,
    "files_app.drawing_views": EDGE,
    "files_app.serving": EDGE,
    "sessions_app.call_views": EDGE,
    "diagnostics_app.panel": EDGE,
    "dashboard": EDGE,
    "dashboard.*": EDGE,
    "console.attention": DOMAIN,
    "console.questions": DOMAIN,
    "console": EDGE,
    "console.*": EDGE,
    "demo": EDGE,
    "demo.*": EDGE,
    "mechanichub": EDGE,
    "mechanichub.*": EDGE,
}

# By app: the row that is born later holds the key to the row that is born earlier.
BIRTH = (
    "accounts_app",
    "billing_app",
    "sessions_app",
    "files_app",
    "diagnostics_app",
    "requests_app",
    "legacy_app",
    "api_app",
    "webhooks_app",
)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its dotted name; tests and migrations are none."""
    found = {}
    for path in (file for app in APPS for file in (ROOT / app).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if not {"tests", "migrations"} & set(parts):
            found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text(), str(path))
    return found


def imported(name: str) -> set[str]:
    """The modules that a module imports, ours by their full names."""
    found = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively; please write out where from."
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {each if each in modules() else node.module for each in below} | (below - modules().keys())
    return found


def kind(name: str) -> str | None:
    return next((kind for pattern, kind in KINDS.items() if fnmatchcase(name, pattern)), None)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def root(node: ast.AST) -> str:
    """The name that a chain of attributes and calls begins with."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")


def test_there_is_something_to_read():
    assert {"accounts_app", "sessions_app", "requests_app", "lifecycle", "live", "dashboard", "mechanichub"} <= set(APPS)
    assert len(modules()) > 100


def test_every_module_is_of_a_kind():
    strangers = [name for name in modules() if kind(name) is None]
    assert not strangers, f"Say in KINDS what these are, edge, domain, live, models or core: {', '.join(strangers)}"
    needless = [pattern for pattern in KINDS if not any(fnmatchcase(name, pattern) for name in modules())]
    assert not needless, f"No module is called like this any more: {', '.join(needless)}"


def test_imports_go_downwards():
    looked_at, wrong = 0, []
    for name in modules():
        for other in imported(name) & modules().keys():
            looked_at += 1
            if DOWNWARDS.index(kind(name)) > DOWNWARDS.index(kind(other)):
                wrong.append(f"{name} ({kind(name)}) imports {other} ({kind(other)}), which stands above it.")
    assert looked_at > 200, "hardly any import was found, so this shows nothing"
    assert not wrong, "\n".join(wrong)


def test_models_know_only_those_born_before_them():
    looked_at, wrong = 0, []
    for name in modules():
        app, _, what = name.partition(".")
        if app not in BIRTH or what not in ("models", "querysets"):
            continue
        known = {other.split(".")[0] for other in imported(name)} | referred_to(modules()[name])
        looked_at += len(known & set(BIRTH))
        later = known & set(BIRTH[BIRTH.index(app) + 1 :])
        wrong += [f"{name} knows {other}, whose rows are born later; let {other} hold the key." for other in sorted(later)]
    assert looked_at > 5, "hardly any model was found, so this shows nothing"
    assert not wrong, "\n".join(wrong)


def referred_to(tree: ast.Module) -> set[str]:
    """The apps that models name in text, as "app.Model"."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text.split(".")[0] for text in texts if re.fullmatch(r"[a-z_]+\.[A-Z]\w+", text)}


def test_nothing_is_built_on_the_demonstration():
    builders = [name for name in modules() if not name.startswith("demo") and any(other.startswith("demo.") for other in imported(name))]
    assert not builders, f"The demonstration uses the product, never the other way: {', '.join(builders)}"


def test_imports_inside_functions_are_refused():
    """By ruff; this only holds that nobody switches the rule off."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    off = "PLC0415" in lint["ignore"] or any("PLC0415" in rules for rules in lint["per-file-ignores"].values())
    assert "PLC0415" in lint["select"] and not off, "An import inside a function hides a circle; keep ruff's PLC0415 on."
    silenced = [str(path) for app in APPS for path in (ROOT / app).rglob("*.py") if "noqa: PLC0415" in path.read_text()]
    assert not silenced, f"These hide an import inside a function: {', '.join(silenced)}"


# --- who may write -------------------------------------------------------------------------------

MOVED = {"status", "mechanic", "mechanic_id", "place", "place_id"}  # what only a move changes
WRITES = {"create", "get_or_create", "update_or_create", "update", "bulk_update", "aupdate", "acreate"}
RECORD, CREATION = "lifecycle.record", "lifecycle.queue"


def writes_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, how) of everything that looks like writing a session's status, mechanic or place."""
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []
        )
        for part in (part for target in targets for part in ast.walk(target)):
            if isinstance(part, ast.Attribute) and part.attr in MOVED:
                yield node.lineno, f"{ast.unparse(part)} = ..."
        if isinstance(node, ast.Call):
            yield from ((node.lineno, how) for how in written_by(node))


def written_by(call: ast.Call) -> list[str]:
    name, named = called(call), {keyword.arg for keyword in call.keywords} & MOVED
    of_session = root(call.func) in ("Session", "session", "sessions") or "status" in named or "place" in named
    if name == "setattr" and not (isinstance(call.args[1], ast.Constant) and call.args[1].value not in MOVED):
        return [ast.unparse(call)]
    if isinstance(call.func, ast.Attribute) and name in WRITES and named and of_session:
        return [f"{name}({', '.join(sorted(named))})"]
    return ["Session(...)"] if name == "Session" and call.keywords else []


# Not a session at all: the statuses of HTTP answers, and the profile of a visitor. And the one that begins here but not with a move:
# what was brought over from the old system stands where it stood there. And a copy that nobody saves: a session as it would be.
OTHER_WRITES = {
    "lifecycle.preview": "request.session.status = ...",
    "mechanichub.bodies": "self.status = ...",
    "requests_app.visitors": "setattr(user, field, value)",
    "legacy_app.writing": "Session(...)",
    "webhooks_app.sending": "create(status)",
}


def test_only_lifecycle_moves_sessions():
    allowed = {RECORD: ["setattr(session, field, value)"], CREATION: ["create(status)"]}
    found = {name: [how for _, how in writes_of(tree)] for name, tree in modules().items() if not name.startswith("demo")}
    assert found[RECORD] == allowed[RECORD] and found[CREATION] == allowed[CREATION], "the place where sessions are written has moved"
    wrong = [
        f"{name} writes {how}; call a verb of lifecycle instead."
        for name, hows in found.items()
        for how in hows
        if how not in allowed.get(name, []) and how != OTHER_WRITES.get(name)
    ]
    assert not wrong, "\n".join(wrong)


# --- who may ask ---------------------------------------------------------------------------------

# Questions that say for whom they are asked, or that show no row.
FOR_SOMEBODY = {"visible_to", "active_for", "completed_by", "history_of", "left_by", "ended_of", "ahead_of", "none"}

# Edges that begin with all sessions or requests, and why they may.
ASK_ALL = {
    "dashboard.queries.counts": "every question in it says for whom",
    "dashboard.queries.earlier_sessions": "the history of a car, to whoever may see the request",
    "lifecycle.management.commands.explain_session.find": "for whoever has a shell on the server",
    "requests_app.tasks._request": "a job works for nobody in particular",
    "sessions_app.tasks.mail_report": "a job works for nobody in particular",
}


def test_edges_ask_on_somebodys_behalf():
    found = {where: chain for name in modules() if kind(name) == EDGE and not name.startswith("demo") for where, chain in starts(name)}
    assert len(found) > 5, "hardly any question was found, so this shows nothing"
    wrong = [
        f"{where} begins with {chain}; begin with what the person may see (session_for, user.sessions, ...)."
        for where, chain in found.items()
        if chain.rpartition(".")[2] not in FOR_SOMEBODY and where not in ASK_ALL
    ]
    assert not wrong, "\n".join(wrong)
    assert not ASK_ALL.keys() - found.keys(), f"These exceptions are not needed any more: {ASK_ALL.keys() - found.keys()}"


def starts(name: str) -> Iterator[tuple[str, str]]:
    """(function, first question) for each `Session.objects` and `SessionRequest.objects` of a module."""
    for function in (node for node in ast.walk(modules()[name]) if isinstance(node, ast.FunctionDef)):
        chains = {id(node.value): ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Attribute)}
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("Session.objects", "SessionRequest.objects"):
                yield f"{name}.{function.name}", chains.get(id(node), ast.unparse(node))


# --- who may tell --------------------------------------------------------------------------------


def test_only_domain_code_pushes():
    pushers = {name for name in modules() if "live.push" in imported(name)}
    assert "lifecycle.record" in pushers, "the walk does not see the pushes any more"
    wrong = {name for name in pushers if kind(name) not in (DOMAIN, LIVE) and name not in ("live.consumers", "mechanichub.health")}
    assert not wrong, f"Only domain code tells browsers; please give these a verb: {', '.join(sorted(wrong))}"


def test_only_live_touches_the_channel_layer():
    touching = {name for name in modules() if any(other.startswith("channels.layers") for other in imported(name))}
    assert "live.push" in touching, "the walk does not see the channel layer any more"
    wrong = {name for name in touching if not name.startswith("live.") and name != "mechanichub.health"}
    assert not wrong, f"live/push.py is the only door to the channel layer; not for: {', '.join(sorted(wrong))}"


def test_every_deferred_job_exists():
    decorators = [call for name in modules() if name.endswith(".tasks") for call in calls(modules()[name]) if called(call) == "task"]
    jobs = {keyword_of(call, "name") for call in decorators}
    deferred = {job: name for name, tree in modules().items() for job in deferred_by(tree)}
    assert {"alert_staff", "mail_report"} <= deferred.keys(), "the walk does not see the jobs any more"
    missing = [f'{name} defers "{job}", but no tasks.py has a job of that name.' for job, name in deferred.items() if job not in jobs]
    assert not missing, "\n".join(missing)


def keyword_of(call: ast.Call, name: str) -> str | None:
    return next((keyword.value.value for keyword in call.keywords if keyword.arg == name and isinstance(keyword.value, ast.Constant)), None)


def deferred_by(tree: ast.Module) -> Iterator[str]:
    """The names in configure_task(...), also those that a loop goes through."""
    loops = {node.target.id: node.iter for node in ast.walk(tree) if isinstance(node, ast.For) and isinstance(node.target, ast.Name)}
    for call in calls(tree):
        if called(call) == "configure_task":
            name = call.args[0]
            source = name if isinstance(name, ast.Constant) else loops[name.id]
            yield from (part.value for part in ast.walk(source) if isinstance(part, ast.Constant))


# --- migrations, templates, static files ---------------------------------------------------------


def test_migrations_need_no_special_rights_and_hide_no_sql():
    paths = [path for app in APPS for path in (ROOT / app).glob("migrations/0*.py")]
    assert len(paths) > 3, "hardly any migration was found, so this shows nothing"
    hidden = r"RunSQL(?!\((FAILED|LOG), )|CREATE EXTENSION|\w+Extension\("  # but for two indexes on tables of packages: Django has no way
    wrong = [str(path) for path in paths if re.search(hidden, path.read_text(), re.IGNORECASE)]
    assert not wrong, f"Extensions need a superuser, and rules belong into mechanichub/rules.py: {', '.join(wrong)}"


HOST = re.compile(r"""(?:https?:|wss?:|["'(=]\s*)//[a-z0-9-]+(?:\.[a-z0-9-]+)+""", re.IGNORECASE)
NAMESPACE = "http://www.w3.org/"  # a name that nobody asks the network for


def test_pages_ask_no_other_host():
    paths = [*ROOT.glob("templates/**/*.*"), *ROOT.glob("static/**/*.js"), *ROOT.glob("static/**/*.css"), *ROOT.glob("static/**/*.svg")]
    assert len(paths) > 150, "hardly any file was found, so this shows nothing"
    wrong = [f"{path.relative_to(ROOT)}: {host}" for path in paths for host in HOST.findall(path.read_text().replace(NAMESPACE, ""))]
    assert not wrong, "Everything a page needs comes from us:\n" + "\n".join(wrong)


RUNS_TEXT = re.compile(
    r"\beval\(|new Function\b|document\.write|insertAdjacentHTML|outerHTML\s*=(?!=)|innerHTML\s*\+?=(?!=)|srcdoc|setTimeout\(\s*[\"'`]"
)


def test_scripts_make_html_in_one_place():
    """In `parse` of ask.js, into a template element in which nothing runs."""
    scripts = list(ROOT.glob("static/js/*.js"))
    found = {path.name: RUNS_TEXT.findall(path.read_text()) for path in scripts}
    assert found.pop("ask.js") == ["innerHTML ="], "the parser in ask.js has moved, or is not the only one there any more"
    wrong = [f"{name}: {', '.join(what)}; use parse() of ask.js, or textContent." for name, what in found.items() if what]
    assert not wrong, "\n".join(wrong)


# --- words ---------------------------------------------------------------------------------------

# What nobody reads, or what gettext has had: names of classes are blocks of their own.
SET_ASIDE = re.compile(
    r"{% (blocktranslate|comment|verbatim)\b.*?{% end\1 %}|{% block (?:wrap|\w+class|coltype) %}.*?{% endblock %}"
    r"|{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->|<(script|svg)\b.*?</\2>",
    re.DOTALL,
)
SPOKEN = re.compile(r"""\s(?:alt|title|placeholder|aria-label|aria-description)=(["'])(?P<words>[^"']*[a-z]{2}[^"']*)\1""", re.IGNORECASE)
WORD = re.compile(r"&\w+;|[^\W\d_]{2,}")
# The same in every language.
NAMES = {"MechanicHub", "Toyota", "Corolla", "OpenAPI", "curl", "Authorization", "Bearer"}


def untranslated(text: str) -> list[str]:
    """Words that stand in a template as they are."""
    bare = SET_ASIDE.sub(" ", text)
    spoken = [found["words"] for found in SPOKEN.finditer(bare)]
    texts = [*spoken, re.sub(r"<[^>]*>", " ", bare, flags=re.DOTALL)]
    return [word for each in texts for word in WORD.findall(each) if word not in NAMES and not word.startswith("&")]


def test_every_word_goes_through_gettext():
    assert untranslated('<p title="Away">{% translate "Yes" %} no</p>') == ["Away", "no"], "the search does not find what it looks for"
    paths = [path for path in ROOT.glob("templates/**/*") if path.suffix in (".html", ".txt")]
    assert len(paths) > 80, "hardly any template was found, so this shows nothing"
    wrong = {path.relative_to(ROOT): words for path in paths if (words := untranslated(path.read_text()))}
    assert not wrong, "\n".join(f"{path}: put {words} into translate or blocktranslate." for path, words in wrong.items())

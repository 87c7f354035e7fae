"""The stylesheets: one file per component in the source, one for the browser with those of every page, and one with those of the call.

Three dozen small files cost a phone at the roadside several round trips, and they compress only half as well as one.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import HashedFilesMixin, staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Tokens first: they decide the order of the layers. The order of the rest does not matter, but for the call: its larger parts come first.
EVERY_PAGE, CALL = "all", "call-all"
BUNDLES = {
    EVERY_PAGE: (
        ("tokens", "base", "site", "icon", "button", "field", "form", "choice", "switch", "card", "list", "request", "tabs", "badge")
        + ("chip", "code-card", "banner", "toast", "table", "dialog", "menu", "theme", "avatar", "facts", "timeline", "steps", "stat")
        + ("progress", "stars", "empty", "filter", "connection", "chat", "files", "room", "utilities", "print")
    ),
    CALL: ("call", "call-lobby", "device-test", "call-room", "call-own", "call-key", "call-question", "call-news", "call-voice"),
}


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed, compressed files, and all stylesheets in one more."""

    # Our modules import each other by their hashed names too; by its plain name one would be loaded, and run, a second time.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]))

    def post_process(self, paths: dict[str, tuple], dry_run: bool = False, **options: Any) -> Iterator[tuple]:
        if not dry_run:
            self.put_together(paths)
        yield from super().post_process(paths, dry_run, **options)

    def put_together(self, paths: dict[str, tuple]) -> None:
        for bundle, names in BUNDLES.items():
            together = path_of(bundle)
            self.delete(together)
            self._save(together, ContentFile(b"\n".join(content(*paths[path_of(name)]) for name in names)))
            paths[together] = (self, together)


def path_of(name: str) -> str:
    return f"css/{name}.css"


def content(storage: Storage, path: str) -> bytes:
    with storage.open(path) as file:
        return file.read()


def stylesheets(bundle: str = EVERY_PAGE) -> list[str]:
    """What a page links: one file where they were put together, else each by itself."""
    is_together = isinstance(staticfiles_storage._wrapped, StaticFiles) and not settings.DEBUG
    return [path_of(bundle)] if is_together else [path_of(name) for name in BUNDLES[bundle]]

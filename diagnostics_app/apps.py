from collections.abc import Iterator

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from diagnostics_app.checklists import problems
from requests_app.concerns import Category


class Diagnostics(AppConfig):
    name = "diagnostics_app"
    verbose_name = _("Guided checks")


@checks.register
def checklists_are_sound(**kwargs: object) -> Iterator[checks.CheckMessage]:
    """A checklist for every kind of trouble that a customer can name, and nothing in it that is not understood."""
    for number, problem in enumerate(problems(Category.values), 1):
        yield checks.Error(problem, id=f"diagnostics_app.E{number:03}")

"""What templates of every app share: icons, money, initials."""

from decimal import Decimal
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mechanichub.stylesheets import EVERY_PAGE, stylesheets

register = template.Library()

CURRENCY_SIGNS = {"USD": "$", "CAD": "CA$", "EUR": "€", "GBP": "£"}


@register.simple_tag(name="stylesheets")
def stylesheet_links(bundle: str = EVERY_PAGE) -> SafeString:
    """The links to the stylesheets that every page has, or to those of another bundle."""
    return format_html_join("\n  ", '<link rel="stylesheet" href="{}">', ((static(path),) for path in stylesheets(bundle)))


@register.simple_tag
@cache  # a page may show a hundred, and the address of a static file takes its time to find
def icon(name: str, classes: str = "") -> SafeString:
    """A symbol of static/img/icons.svg, hidden from screen readers: the words beside it say the same."""
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, static("img/icons.svg"), name)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """9.99 and "USD" give "$9.99"; nothing to pay reads "Free"."""
    return in_currency(amount, currency) if amount else _("Free")


def in_currency(amount: Decimal, currency: str) -> str:
    """9.99 and "USD" give "$9.99", and 0 gives "$0.00"."""
    sign = CURRENCY_SIGNS.get(currency)
    digits = number_format(amount, decimal_pos=2, force_grouping=True)
    return f"{sign}{digits}" if sign else f"{digits} {currency}"


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

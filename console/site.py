"""The admin's front door. To everybody who may not enter, there is no admin."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts_app.roles import SEE_ACTIONS
from accounts_app.second_factor import has_second_factor, signed_in_with_it
from console import actions
from console.attention import attention

MINE = 6  # actions of one's own on the first page
View = Callable[..., HttpResponse]
ORDER = ("sessions_app", "requests_app", "files_app", "accounts_app", "billing_app", "procrastinate")
GUESTS = {"account": "accounts_app", "mfa": "accounts_app", "auth": "accounts_app", "admin": "procrastinate"}
FIRST = ("Session", "SessionRequest", "User", "Mechanic")
NAMES = {
    "procrastinate": _("Behind the scenes"),
    "ProcrastinateJob": _("Jobs"),
    "LogEntry": _("Log of the console"),
    "EmailAddress": _("E-mail addresses"),
    "Authenticator": _("Second factors"),
}


class StaffSite(AdminSite):
    """Open to active staff who have signed in with their second factor; 404 for the rest of the world.

    Staff who lack only the second factor are sent to where it is set up, or asked for its code. What somebody has no
    permission for is not there for them either. Signing in and out is done where everybody does it.
    """

    site_title = site_header = _("MechanicHub support")
    index_title = _("What needs attention")
    enable_nav_sidebar = False  # its lists are wide

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """With the page of what the team did; without the redirect to a row's own page on the site, for no row has one."""
        theirs = [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]
        return [path("actions/", self.admin_view(require_safe(partial(actions.page, self))), name="actions"), *theirs]

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not missing(request)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        entered = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not super(StaffSite, self).has_permission(request):
                raise Http404
            if page := missing(request):
                return redirect(f"{reverse(page)}?{urlencode({'next': next_page(request)})}")
            try:
                return entered(request, *args, **kwargs)
            except (PermissionDenied, OverflowError, DataError):  # Django's lists take anything for a year or a status
                raise Http404

        return guarded

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The first page by what people look for; what packages brought along stands with what it is about."""
        found = {app["app_label"]: app for app in super().get_app_list(request, app_label)}
        for guest, host in GUESTS.items():
            if guest in found and host in found:
                found[host]["models"] += found.pop(guest)["models"]
        for app in found.values():
            app["models"].sort(key=lambda model: model["object_name"] not in FIRST)
            for model in app["models"]:
                model["name"] = NAMES.get(model["object_name"], model["name"])
            app["name"] = NAMES.get(app["app_label"], app["name"])
        return sorted(found.values(), key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER))

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        concerns = attention(request.user)
        context = {
            "concerns": concerns,
            "open_concerns": [concern for concern in concerns if concern.needs_attention],
            "quiet_concerns": [concern for concern in concerns if not concern.needs_attention],
            "mine": actions.latest_of(request.user, MINE),
            "may_see_actions": request.user.has_perm(SEE_ACTIONS),
        }
        return super().index(request, {**context, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return self.admin_view(lambda request: redirect("admin:index"))(request)

    def logout(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("account_change_password")


def missing(request: HttpRequest) -> str:
    """The name of the page where staff get what they lack: a second factor, or a sign-in with it. "" when they lack nothing."""
    if signed_in_with_it(request):
        return ""
    return "mfa_reauthenticate" if has_second_factor(request.user) else "mfa_activate_totp"


def next_page(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else reverse("admin:index")

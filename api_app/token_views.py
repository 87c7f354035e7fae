"""The page on which a person makes and revokes tokens."""

from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_app.second_factor import signed_in_with_it
from api_app import tokens
from api_app.forms import TokenForm
from mechanichub.errors import NotPossible

INVALID = 422  # a form with errors in it


@never_cache
@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What programs of mine sign in with."""
    return render(request, "api_app/tokens.html", {"tokens": tokens.living(request.user)})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required
def new(request: HttpRequest) -> HttpResponse:
    """Makes a token, and shows it this once. The support team types a code first."""
    if request.user.is_staff and not signed_in_with_it(request):
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
    form = TokenForm(request.POST if request.method == "POST" else None, user=request.user)
    if not form.is_valid():
        return render(request, "api_app/token_new.html", {"form": form}, status=INVALID if form.is_bound else 200)
    try:
        told = form.cleaned_data
        token, text = tokens.make(request.user, name=told["name"], scopes=told["scopes"], expires_at=form.expires_at)
    except NotPossible as refusal:
        form.add_error(None, refusal.detail)
        return render(request, "api_app/token_new.html", {"form": form}, status=refusal.status)
    return render(request, "api_app/token_made.html", {"token": token, "text": text}, status=201)


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a token. One that is gone already is gone all the same."""
    tokens.revoke(request.user, pk)
    messages.success(request, _("The token is revoked. It opens nothing any more."))
    return redirect("tokens")

"""The addresses of the call: the way to the relay, and yes to a voice call."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sessions_app import calls
from sessions_app.access import room_for


@never_cache
@require_GET
@login_required
def relay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How this browser may reach the other one, as JSON."""
    return JsonResponse(calls.ways(room_for(request.user, pk), by=request.user))


@require_POST
@login_required
def voice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes, let us talk. The pages of both read the state of the room again."""
    session = room_for(request.user, pk)
    calls.agree_to_voice(pk, by=request.user)
    return HttpResponse(status=204) if request.htmx else redirect(session.room_url)

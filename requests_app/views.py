"""Asking for help, and the cars that a customer keeps with us."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_app.models import Brand, User
from billing_app import demo_gateway
from billing_app.models import Plan
from files_app import bundles
from files_app.upload_views import take as take_files
from lifecycle import queue
from mechanichub.errors import NotPossible, NotYours
from requests_app import board, drafts, safety, trouble_codes, vin, visitors
from requests_app.access import request_for
from requests_app.forms import IntakeForm, VehicleForm
from requests_app.models import Intake, IntakeDraft, Vehicle
from sessions_app.access import CUSTOMER, session_for
from sessions_app.models import Session
from sessions_app.moves import AWAITING_PAYMENT, HELD, IN_QUEUE

SEND_DRAFT = "send_draft"  # the key under which a browser's session remembers what to send after signing in
DRAFTS_KEPT = 5
SENT_REMEMBERED = 3
INVALID = 422  # a form with errors in it


@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The price list, each plan with its way in."""
    return render(request, "requests_app/choose.html", {"plans": Plan.objects.filter(is_active=True), "on_sale": demo_gateway.on_sale()})


@never_cache
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest, plan: str) -> HttpResponse:
    """The form. A visitor's is kept and sent after signing in, a customer's becomes a session at once.

    The plan that counts is the one chosen on the page; the one in the address is where the choice begins.
    """
    refuse_mechanics(request.user)
    if request.method == "GET":
        return blank_page(request, get_object_or_404(Plan, code=plan, is_active=True))
    form = IntakeForm(with_bundle(request, request.POST.copy()), user=customer_of(request))
    for problem in take_files(request, UUID(form.data["bundle"])):
        messages.warning(request, problem)
    return receive(request, plan, form) if form.is_valid() else intake_page(request, plan, form, status=INVALID)


def blank_page(request: HttpRequest, plan: Plan) -> HttpResponse:
    if not demo_gateway.sells(plan):
        return render(request, "requests_app/not_on_sale.html", {"plan": plan})
    return intake_page(request, plan.pk, blank_form(request, plan))


def receive(request: HttpRequest, plan: str, form: IntakeForm) -> HttpResponse:
    """A filled-in form: on to its session, or to the sign-in code."""
    if customer_of(request):
        return submit(request, plan, form)
    draft = keep_draft(request, form)
    try:
        ask_for_code(request, draft)
    except ValidationError as problem:
        form.add_error(None, problem)
        return intake_page(request, plan, form, status=INVALID)
    after = urlencode({"next": reverse("intake-continue", args=[draft.pk])})
    return redirect(f"{reverse('account_confirm_login_code')}?{after}")


def submit(request: HttpRequest, plan: str, form: IntakeForm) -> HttpResponse:
    """Hands a valid form over. When the product says no, everything typed stays on the page beside the reason."""
    bundle = bundles.named(request, UUID(form.data["bundle"]))
    try:
        session = queue.submit(form.submission(bundle), by=request.user)
    except NotPossible as refusal:
        return intake_page(request, plan, form, refusal=refusal, status=refusal.status)
    if bundle:
        bundles.claim_at_once(bundle, session.pk)
        show_with_files(request.user, session)
    drafts.sent(form.cleaned_data["client_id"], by=request.user, known=known_drafts(request))
    visitors.introduce(request.user, name=form.cleaned_data["name"], phone=form.cleaned_data["phone"])
    if form.reading and form.reading.warning:
        messages.warning(request, form.reading.warning)
    return redirect(reverse("checkout", args=[session.pk]) if session.status == AWAITING_PAYMENT else session.room_url)


def show_with_files(user: User, session: Session) -> None:
    """The card went up before the files were its own."""
    if session.status in IN_QUEUE:
        board.show(request_for(user, session.pk))


@never_cache
@require_GET
@login_required
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The way back from signing in: the kept form is sent, once, when its writer comes straight from entering the code.

    Whoever comes later, or as somebody else than the address in the form, finds the form filled in and sends it on purpose.
    """
    refuse_mechanics(request.user)
    draft = drafts.claim(pk, by=request.user, known=known_drafts(request))
    form = IntakeForm(with_bundle(request, drafts.fields_of(draft)), user=request.user)
    bundles.adopt(request, UUID(form.data["bundle"]))
    is_straight_from_code = request.session.pop(SEND_DRAFT, None) == str(draft.pk) and draft.email.lower() == request.user.email.lower()
    if is_straight_from_code and form.is_valid():
        return submit(request, draft.plan, form)
    return intake_page(request, draft.plan, form, draft=draft)


@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throws an unsent form away. One that is gone already is gone all the same."""
    drafts.of(request.user, known=known_drafts(request)).filter(pk=pk).delete()
    messages.info(request, _("The unsent request was thrown away."))
    return redirect("intake-choose")


@require_GET
def vin_facts(request: HttpRequest) -> JsonResponse:
    """What a VIN says, for the form to fill in while it is typed."""
    reading = vin.read(request.GET.get("vin", ""))
    facts = {name: getattr(reading, name) for name in ("vin", "error", "warning", "make", "model", "year")}
    others = ", ".join(map(str, reading.other_years))
    return JsonResponse(facts | {"hint": _("Or is it from %(years)s? Please check the year.") % {"years": others} if others else ""})


@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """The trouble codes in a text as chips. By POST, so that what a customer writes stands in no log."""
    return render(request, "requests_app/_codes.html", {"codes": trouble_codes.explain_all(request.POST.get("concern", ""))})


# --- what the intake page needs ------------------------------------------------------------------


def intake_page(request: HttpRequest, plan: str, form: IntakeForm, *, status: int = 200, **more: Any) -> HttpResponse:
    """The form with all that stands around it; `more` is `refusal` (an error of the product) or `draft`."""
    user = customer_of(request)
    bundle = UUID(str(form["bundle"].value()))
    context = {
        "form": form,
        "shelf": bundles.shelf_of(request, bundle),
        "address": reverse("intake", args=[plan]),
        "safety": safety,
        "makes": [brand.name for brand in form.brands],
        "open_session": user and user.sessions.open().select_related("mechanic").first(),
        "held": HELD,
        "sent": sent_lately(user) if user else [],
    }
    response = render(request, "requests_app/intake.html", context | more, status=status)
    bundles.remember(request, response, bundle)
    return response


def with_bundle(request: HttpRequest, fields: QueryDict) -> QueryDict:
    """What was sent, with the name of files that this browser or person may use."""
    fields["bundle"] = str(bundles.for_page(request, fields.get("bundle", "")))
    return fields


def blank_form(request: HttpRequest, plan: Plan) -> IntakeForm:
    """An empty form with what is known already: the person, and the car and words of an earlier session when asking again."""
    user = customer_of(request)
    initial = {"client_id": uuid4(), "plan": plan.pk, "bundle": bundles.for_page(request)}
    if user:
        initial |= known_of(user)
    if user and "again" in request.GET:
        initial |= earlier(user, request.GET["again"])
    return IntakeForm(initial=initial, user=user)


def known_of(user: User) -> dict[str, Any]:
    last = user.intakes.first()
    return {"name": user.full_name, "email": user.email, "phone": user.phone, "city": last.city if last else ""}


def earlier(user: User, pk: str) -> dict[str, Any]:
    """What was said about the car in an earlier session of one's own.

    Raises:
        Http404: there is none of that name.
    """
    session = session_for(user, parse_id(pk))
    if session.role != CUSTOMER:
        raise Http404
    told = session.request.intake
    same = ("name", "email", "phone", "city", "category", "concern", *queue.CAR_FIELDS)
    return {name: getattr(told, name) for name in same} | {"vehicle": told.vehicle_id, "follows": session.pk}


def parse_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404


def customer_of(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def refuse_mechanics(user: User) -> None:
    if user.is_authenticated and user.is_mechanic:
        raise NotYours(_("Mechanics cannot ask for help here; please use a customer's account."))


def sent_lately(user: User) -> list[UUID]:
    """The names of the forms that this customer sent last: what a browser kept of them can go."""
    return list(user.intakes.values_list("client_id", flat=True)[:SENT_REMEMBERED])


def known_drafts(request: HttpRequest) -> Collection[str]:
    return request.session.get(drafts.KNOWN, [])


def keep_draft(request: HttpRequest, form: IntakeForm) -> IntakeDraft:
    told = form.cleaned_data
    draft = drafts.keep(
        as_typed(form), client_id=told["client_id"], email=told["email"], plan_code=told["plan"].pk, known=known_drafts(request)
    )
    others = [pk for pk in known_drafts(request) if pk != str(draft.pk)]
    request.session[drafts.KNOWN] = [str(draft.pk), *others][:DRAFTS_KEPT]
    return draft


def as_typed(form: IntakeForm) -> dict[str, list[str]]:
    """What counts of what was sent, in a form in which it can be sent again. What else came along, nobody has looked at."""
    typed = {name: field.widget.value_from_datadict(form.data, form.files, name) for name, field in form.fields.items()}
    typed["client_id"] = str(form.cleaned_data["client_id"])
    ticked = {name: "on" if value is True else value for name, value in typed.items() if value}
    return {name: value if isinstance(value, list) else [value] for name, value in ticked.items()}


def ask_for_code(request: HttpRequest, draft: IntakeDraft) -> None:
    visitors.send_code(request, draft.email)
    request.session[SEND_DRAFT] = str(draft.pk)


# --- the customer's cars -------------------------------------------------------------------------


@never_cache
@require_GET
@login_required
def vehicles(request: HttpRequest) -> HttpResponse:
    """Every car with the sessions it was in."""
    history = Intake.objects.select_related("request__session__plan", "request__session__mechanic")
    cars = cars_of(request.user).prefetch_related(Prefetch("intakes", queryset=history))
    return render(request, "requests_app/vehicles.html", {"cars": cars})


@require_http_methods(["GET", "POST"])
@login_required
def vehicle_add(request: HttpRequest) -> HttpResponse:
    return vehicle_form(request, Vehicle(owner=request.user), heading=_("Add a car"))


@require_http_methods(["GET", "POST"])
@login_required
def vehicle_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    car = get_object_or_404(cars_of(request.user), pk=pk)
    return vehicle_form(request, car, heading=str(car))


def vehicle_form(request: HttpRequest, car: Vehicle, *, heading: str) -> HttpResponse:
    form = VehicleForm(request.POST if request.method == "POST" else None, instance=car)
    if form.is_valid() and form.keep():
        messages.success(request, _("The car is saved."))
        return redirect("my-vehicles")
    makes = Brand.objects.offered().values_list("name", flat=True)
    context = {"form": form, "makes": makes, "heading": heading}
    return render(request, "requests_app/vehicle.html", context, status=INVALID if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@login_required
def vehicle_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then deletes the car; sessions keep their own copy of its data."""
    car = get_object_or_404(cars_of(request.user), pk=pk)
    if request.method == "GET":
        return render(request, "requests_app/vehicle_delete.html", {"car": car})
    car.delete()
    messages.success(request, _("The car is deleted."))
    return redirect("my-vehicles")


def cars_of(user: User) -> QuerySet[Vehicle]:
    return Vehicle.objects.filter(owner=user)

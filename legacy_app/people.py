"""People, workshops and cars of the old system, as ours. Ids stay what they were, so a second run finds them again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid5
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django_countries import countries

from accounts_app.models import Mechanic, Place, User, Workshop
from legacy_app import words
from legacy_app.reading import Reader
from legacy_app.survey import accounts_without_profile, addresses
from requests_app.models import Vehicle

NAMESPACE = UUID("8f3b6a52-6f0e-5c57-9d0f-0a4f2b6d7c11")  # of the ids that we make up for rows that had none
NOBODY = uuid5(NAMESPACE, "Unknown (old system)")
NOBODY_NAME = "Unknown (old system)"
LOCKED = make_password(None)  # nobody's password comes along; a code by mail lets them in
CLOSED = ("suspended", "closed", "deleted", "banned", "deactivated", "inactive")
BATCH = 1000


@dataclass
class People:
    """Everybody who came over.

    Attributes:
        mechanics: who a mechanic is, by his id in the old table: the id of that person here.
        ids: everybody here, for senders and uploaders.
        fitted: (table, id, what) of rows that had to be fitted.
    """

    mechanics: dict[UUID, UUID] = field(default_factory=dict)
    ids: set[UUID] = field(default_factory=set)
    workshops: set[UUID] = field(default_factory=set)
    fitted: list[tuple[str, UUID, str]] = field(default_factory=list)

    def find(self, pk: UUID | None) -> UUID | None:
        """Whom an account id or a mechanic's id means; None when nobody."""
        return pk if pk in self.ids else self.mechanics.get(pk)


def known_people(reader: Reader) -> dict[UUID, UUID]:
    """Who each mechanic will be, by his old id: his account, or himself where he has none of his own."""
    taken: set[UUID] = set()
    found = {}
    for row in reader.mechanics.rows:
        account = row["user_id"]
        found[row["id"]] = account if account and account not in taken else row["id"]
        taken.add(found[row["id"]])
    return found


def bring_people(reader: Reader) -> People:
    """Writes everybody, their addresses, the workshops and the mechanics."""
    people = People(mechanics=known_people(reader))
    free = {(table, pk): email for table, pk, email, is_first in _addresses(reader) if is_first}
    User.objects.get_or_create(pk=NOBODY, defaults={"email": "", "full_name": NOBODY_NAME, "password": LOCKED, "is_active": False})
    for batch in _batches(_users(reader, people, free)):
        _write_users(batch)
    _bring_workshops(reader, people)
    _bring_mechanics(reader, people)
    return people


def _addresses(reader: Reader) -> Iterator[tuple[str, UUID, str, bool]]:
    """Addresses that are ours to give: not those of people who are here already under another id."""
    here = dict(User.objects.exclude(email="").values_list("email", "pk"))
    lower = {email.lower(): pk for email, pk in here.items()}
    for table, pk, email, is_first in addresses(reader.source):
        yield table, pk, email, is_first and lower.get(email.lower(), pk) == pk


def _users(reader: Reader, people: People, free: dict) -> Iterator[tuple[User, bool]]:
    for row in reader.source.rows("profiles"):
        people.ids.add(row["id"])
        if words.clean(row["role"]) == "admin":
            people.fitted.append(("profiles", row["id"], "staff_right_not_granted"))
        user = User(
            pk=row["id"],
            email=_address(people, "profiles", row["id"], free),
            full_name=row["full_name"] or "",
            phone=row["phone"] or "",
            timezone=row["timezone"] if row["timezone"] in ZONES else "",
            language=row["preferred_language"] if row["preferred_language"] in dict(settings.LANGUAGES) else "en",
            is_active=words.clean(row["account_status"]) not in CLOSED,
            password=LOCKED,
            **_joined(row),
        )
        yield user, bool(row["email_verified"])
    for pk, _email, created_at in accounts_without_profile(reader):
        people.ids.add(pk)
        yield User(pk=pk, email=_address(people, "accounts", pk, free), password=LOCKED, **_joined({"created_at": created_at})), False
    for row in reader.mechanics.rows:
        pk = people.mechanics[row["id"]]
        if pk not in people.ids:  # he never got an account, or has to share one
            people.ids.add(pk)
            yield User(pk=pk, email="", full_name=row["name"] or "", phone=row["phone"] or "", password=LOCKED, **_joined(row)), False


ZONES = available_timezones()


def _joined(row: dict) -> dict:
    return {"date_joined": row["created_at"]} if row["created_at"] else {}


def _address(people: People, table: str, pk: UUID, free: dict) -> str:
    email = free.get((table, pk), "")
    try:
        validate_email(email)
        if len(email) > User._meta.get_field("email").max_length:
            raise ValidationError("too long")
    except ValidationError:
        if email:
            people.fitted.append((table, pk, "address_unusable"))
        return ""
    return email


def _write_users(batch: list[tuple[User, bool]]) -> None:
    User.objects.bulk_create([user for user, _verified in batch], ignore_conflicts=True)
    here = set(User.objects.filter(pk__in=[user.pk for user, _verified in batch]).exclude(email="").values_list("pk", flat=True))
    told = set(EmailAddress.objects.filter(user__in=here).values_list("user_id", flat=True))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email.lower(), primary=True, verified=verified)
        for user, verified in batch
        if user.pk in here - told and user.email
    )


def _bring_workshops(reader: Reader, people: People) -> None:
    taken = set(Workshop.objects.values_list("slug", flat=True))
    for row in reader.source.rows("organizations"):
        if words.clean(row["organization_type"]) != "workshop":
            continue
        people.workshops.add(row["id"])
        if Workshop.objects.filter(pk=row["id"]).exists():
            continue
        Workshop.objects.create(
            pk=row["id"],
            name=(row["name"] or "")[:120],
            slug=_free_slug(row["slug"] or row["name"] or "workshop", taken),
            owner_id=row["created_by"] if row["created_by"] in people.ids else NOBODY,
            country=country(row["country"]),
            city=(row["city"] or "")[:80],
            postal_code=(row["postal_code"] or "")[:16],
        )


def _free_slug(wanted: str, taken: set[str]) -> str:
    stem = slugify(wanted)[:44] or "workshop"
    slug = next(slug for slug in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if slug not in taken)
    taken.add(slug)
    return slug


def country(text: str | None) -> str:
    """The ISO code of a country that is written out or a code already; "" when nobody knows it."""
    text = (text or "").strip()
    return text.upper() if text.upper() in countries else countries.by_name(text) if text else ""


def _bring_mechanics(reader: Reader, people: People) -> None:
    here = set(Mechanic.objects.values_list("pk", flat=True))
    new = [row for row in reader.mechanics.rows if people.mechanics[row["id"]] not in here]
    if NOBODY not in here:
        Mechanic.objects.create(pk=NOBODY, display_name=NOBODY_NAME, standing=Mechanic.Standing.SUSPENDED, standing_reason="old system")
    Mechanic.objects.bulk_create([_mechanic(row, people) for row in new])
    approved = Mechanic.objects.approved().filter(pk__in=[people.mechanics[row["id"]] for row in new])
    Place.objects.bulk_create(
        Place(mechanic=mechanic, kind=kind, number=number)
        for mechanic in approved
        for kind, places in Place.STANDARD.items()
        for number in range(1, places + 1)
    )


def _mechanic(row: dict, people: People) -> Mechanic:
    known = [*(row["service_keywords"] or []), *(row["specializations"] or [])]
    certified = [row["certification_type"], "Red Seal" if row["red_seal_certified"] else None]
    return Mechanic(
        pk=people.mechanics[row["id"]],
        display_name=row["name"] or NOBODY_NAME,
        bio=row["about_me"] or "",
        brands=sorted({slugify(brand)[:50] for brand in row["brand_specializations"] or [] if slugify(brand)}),
        keywords=list(dict.fromkeys(word[:40] for word in known if word)),
        certifications=[text[:80] for text in certified if text],
        years=min(max(row["years_of_experience"] or 0, 0), 80),
        country=country(row["country"]),
        city=(row["city"] or "")[:80],
        workshop_id=row["workshop_id"] if row["workshop_id"] in people.workshops else None,
        standing=standing(row["application_status"]),
        standing_reason=""
        if words.clean(row["application_status"]) == "approved"
        else f"old system: {row['application_status'] or '-'}"[:300],
        **({"applied_at": row["created_at"]} if row["created_at"] else {}),
    )


def standing(word: str | None) -> str:
    known = {"approved": Mechanic.Standing.APPROVED, "suspended": Mechanic.Standing.SUSPENDED, "rejected": Mechanic.Standing.SUSPENDED}
    return known.get(words.clean(word), Mechanic.Standing.APPLIED)


def bring_vehicles(reader: Reader, people: People) -> set[UUID]:
    """Writes the cars of everybody who came over.

    Returns:
        Their ids.
    """
    kept = set()
    vins: set[tuple[UUID, str]] = set(Vehicle.objects.exclude(vin="").values_list("owner_id", "vin"))
    for batch in _batches(reader.source.rows("vehicles")):
        here = set(Vehicle.objects.filter(pk__in=[row["id"] for row in batch]).values_list("pk", flat=True))
        kept |= {row["id"] for row in batch if row["user_id"] in people.ids}
        rows = [row for row in batch if row["id"] in kept - here]
        Vehicle.objects.bulk_create(
            Vehicle(pk=row["id"], owner_id=row["user_id"], notes=_car_notes(row), **car(row, vins), **_added(row)) for row in rows
        )
    return kept


def _added(row: dict) -> dict:
    return {"created_at": row["created_at"]} if row["created_at"] else {}


def _car_notes(row: dict) -> str:
    """What has no column with us: colour, nickname, and a VIN or year that is none."""
    told = {"Nickname": row["nickname"], "Colour": row["color"], "VIN": row["vin"] if not _vin(row["vin"]) else None}
    if row["year"] and not _number(row["year"], 1885, 2100):
        told["Year"] = row["year"]
    return "\n".join(f"{name}: {text}" for name, text in told.items() if text)


def car(row: dict, vins: set[tuple[UUID, str]] | None = None) -> dict:
    """The columns of a car; a VIN that its owner has twice stays with the first."""
    vin = _vin(row["vin"])
    if vins is not None and vin:
        key = (row["user_id"], vin)
        vin = "" if key in vins else vin
        vins.add(key)
    return {
        "vin": vin,
        "year": _number(row["year"], 1885, 2100),
        "make": (row["make"] or "").strip()[:40],
        "model": (row["model"] or "").strip()[:60],
        "odometer": _number(row.get("mileage") or row.get("odometer"), 0, 10_000_000),
        "plate": (row["plate"] or "").strip()[:16],
    }


def _vin(text: str | None) -> str:
    text = (text or "").strip().upper()
    return text if re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text) else ""


def _number(text: str | None, least: int, most: int) -> int | None:
    digits = re.sub(r"[^0-9]", "", str(text or ""))
    number = int(digits) if digits and len(digits) <= 9 else None
    return number if number is not None and least <= number <= most else None


def _batches(rows: Iterable) -> Iterator[list]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

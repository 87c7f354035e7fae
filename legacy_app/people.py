"""People, workshops and cars of the old system, as ours. Ids stay what they were, so a second run finds them again."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from uuid import UUID, uuid5
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.text import slugify
from django_countries import countries

from accounts_app.models import Mechanic, Place, User, Workshop
from legacy_app import bulk, words
from legacy_app.reading import Reader
from legacy_app.report import Report
from requests_app.models import Vehicle

NOBODY = uuid5(words.NAMESPACE, "Unknown (old system)")
NOBODY_NAME = "Unknown (old system)"
LOCKED = make_password(None)  # nobody's password comes along; a code by mail lets them in
CLOSED = ("suspended", "closed", "deleted", "banned", "deactivated", "inactive")
BATCH = 1000
LONGEST_PHONE = 128  # characters; what is longer is no number


@dataclass
class People:
    """Everybody who comes over.

    Attributes:
        mechanics: who a mechanic is, by his id in the old table: the id of that person here.
        workshops: ids, the same as in the old table.
    """

    reader: Reader
    mechanics: dict[UUID, UUID] = field(default_factory=dict)
    workshops: set[UUID] = field(default_factory=set)

    def find(self, ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
        """Whom account ids and mechanics' ids mean: those who are known, by that id."""
        ids = {pk for pk in ids if pk}
        known = self.reader.stage.among("persons", ids)
        return {pk: pk if pk in known else self.mechanics[pk] for pk in ids if pk in known or pk in self.mechanics}


def bring_people(reader: Reader, report: Report, *, commit: bool, tell: Callable[[int, int], None] = lambda done, total: None) -> People:
    """Writes everybody, their addresses, the workshops and the mechanics. Without `commit` it only says what would be fitted.

    Args:
        tell: is told how many people are done, and out of how many.
    """
    people = People(reader, reader.mechanics.people())
    people.workshops = {row["id"] for row in reader.stage.kept("organizations")}
    if commit:
        User.objects.get_or_create(pk=NOBODY, defaults={"email": "", "full_name": NOBODY_NAME, "password": LOCKED, "is_active": False})
    total, done = reader.stage.count("persons"), 0
    own = {people.mechanics[row["id"]]: row for row in reader.mechanics.rows}
    for rows in _batches(reader.stage.stream(EVERYBODY)):
        users = list(_users(rows, own, report))
        if commit:
            _write_users(users)
        tell(done := done + len(rows), total)
    if commit:
        with transaction.atomic():
            _bring_workshops(reader)
        with transaction.atomic():
            _bring_mechanics(reader, people)
    return people


EVERYBODY = """
    SELECT p.id, p.origin, f.role, f.full_name, f.phone, f.timezone, f.preferred_language, f.account_status,
           coalesce(f.email_verified, a.email_confirmed_at IS NOT NULL, false) AS is_verified,
           coalesce(f.created_at, a.created_at) AS created_at,
           CASE WHEN d.is_first THEN d.email ELSE '' END AS email
    FROM persons p
    LEFT JOIN profiles f ON p.origin = 'profiles' AND f.line = p.line
    LEFT JOIN accounts a ON a.id = p.id AND a.trouble IS NULL
    LEFT JOIN addresses d ON d.id = p.id
    ORDER BY p.id"""


def _users(rows: list[dict], mechanics: dict[UUID, dict], report: Report) -> Iterator[tuple[User, bool]]:
    taken = _taken([row["email"] for row in rows if row["email"]])
    for row in rows:
        own = mechanics.get(row["id"], {}) if row["origin"] == "mechanics" else {}
        if words.clean(row["role"]) == "admin":
            report.fit("profiles", row["id"], "staff_right_not_granted")
        phone = (row["phone"] or own.get("phone") or "").strip()
        if len(phone) > LONGEST_PHONE:
            report.fit(row["origin"], row["id"], "phone_unusable")
            phone = ""
        joined = row["created_at"] or own.get("created_at")
        user = User(
            pk=row["id"],
            email=_address(report, row, taken),
            full_name=row["full_name"] or own.get("name") or "",
            phone=phone,
            timezone=row["timezone"] if row["timezone"] in ZONES else "",
            language=row["preferred_language"] if row["preferred_language"] in dict(settings.LANGUAGES) else "en",
            is_active=words.clean(row["account_status"]) not in CLOSED,
            password=LOCKED,
            **({"date_joined": joined} if joined else {}),
        )
        yield user, row["is_verified"]


def _taken(emails: list[str]) -> dict[str, UUID]:
    """Addresses that somebody has here already, as this database compares them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked, u.id FROM unnest(%s::text[]) asked JOIN accounts_app_user u ON lower(u.email) = lower(asked) AND u.email <> ''",
            [emails],
        )
        return dict(cursor.fetchall())


ZONES = available_timezones()


def _address(report: Report, row: dict, taken: dict[str, UUID]) -> str:
    """The address, when it is one that mail can be sent to and nobody else here has it."""
    email = row["email"]
    if not email:
        return ""
    if taken.get(email, row["id"]) != row["id"]:
        report.fit(row["origin"], row["id"], "address_taken_here")
        return ""
    try:
        validate_email(email)
        if len(email) > User._meta.get_field("email").max_length:
            raise ValidationError("too long")
    except ValidationError:
        report.fit(row["origin"], row["id"], "address_unusable")
        return ""
    return email


@transaction.atomic
def _write_users(batch: list[tuple[User, bool]]) -> None:
    here = set(User.objects.filter(pk__among=[user.pk for user, _verified in batch]).values_list("pk", flat=True))
    new = [(user, verified) for user, verified in batch if user.pk not in here]
    bulk.write(user for user, _verified in new)
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=user, email=user.email.lower(), primary=True, verified=verified) for user, verified in new if user.email),
        ignore_conflicts=True,  # as somebody's second address it may be here already
    )


def _bring_workshops(reader: Reader) -> None:
    taken = set(Workshop.objects.values_list("slug", flat=True))
    here = set(Workshop.objects.values_list("pk", flat=True))
    rows = [row for row in reader.stage.kept("organizations") if row["id"] not in here]
    owners = reader.stage.among("persons", (row["created_by"] for row in rows))
    Workshop.objects.bulk_create(
        Workshop(
            pk=row["id"],
            name=(row["name"] or "")[:120],
            slug=_free_slug(row["slug"] or row["name"] or "workshop", taken),
            owner_id=row["created_by"] if row["created_by"] in owners else NOBODY,
            country=country(row["country"]),
            city=(row["city"] or "")[:80],
            postal_code=(row["postal_code"] or "")[:16],
        )
        for row in rows
    )


def _free_slug(wanted: str, taken: set[str]) -> str:
    stem = slugify(wanted)[:44] or "workshop"
    slugs = chain([stem], (f"{stem}-{number}" for number in count(2)))
    slug = next(slug for slug in slugs if slug not in taken)
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


def bring_vehicles(reader: Reader) -> None:
    """Writes the cars of everybody who came over."""
    for batch in _batches(reader.stage.kept("vehicles")):
        with transaction.atomic():
            here = set(Vehicle.objects.filter(pk__among=[row["id"] for row in batch]).values_list("pk", flat=True))
            owners = {row["user_id"] for row in batch}
            vins = set(Vehicle.objects.filter(owner__among=owners).exclude(vin="").values_list("owner_id", "vin"))
            bulk.write(
                Vehicle(pk=row["id"], owner_id=row["user_id"], notes=_car_notes(row), **car(row, vins), **_added(row))
                for row in batch
                if row["id"] not in here
            )


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

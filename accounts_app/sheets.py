"""People as tables that can be taken along (console/exporting.py)."""

from django.utils.translation import gettext_lazy as _

from console.exporting import Column, Sheet


class UserSheet(Sheet):
    id = Column("pk", _("id"))
    name = Column("full_name", _("name"))
    email = Column("email", _("e-mail"))
    phone = Column("phone", _("phone"))
    timezone = Column("timezone", _("time zone"))
    mechanic = Column("is_mechanic", _("mechanic"))
    staff = Column("is_staff", _("staff"))
    active = Column("is_active", _("active"))
    joined = Column("date_joined", _("joined"))
    contact = ("email", "phone")


class MechanicSheet(Sheet):
    id = Column("pk", _("id"))
    name = Column("display_name", _("display name"))
    person = Column("user__full_name", _("name"))
    email = Column("user__email", _("e-mail"))
    phone = Column("user__phone", _("phone"))
    standing = Column("get_standing_display", _("standing"))
    reason = Column("standing_reason", _("reason"))
    on_duty = Column("on_duty", _("on duty"))
    brands = Column(None, _("brands"))
    years = Column("years", _("years of experience"))
    workshop = Column("workshop__name", _("workshop"))
    city = Column("city", _("city"))
    country = Column("country", _("country"))
    applied = Column("applied_at", _("applied at"))
    seen = Column("last_seen_at", _("last seen"))
    contact = ("email", "phone")

    def dehydrate_brands(self, mechanic: object) -> str:
        return ", ".join(mechanic.brands)

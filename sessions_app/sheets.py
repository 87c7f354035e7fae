"""Sessions as a table that can be taken along (console/exporting.py)."""

from django.utils.translation import gettext_lazy as _

from console.exporting import Column, Sheet


class SessionSheet(Sheet):
    id = Column("pk", _("id"))
    status = Column("get_status_display", _("status"))
    type = Column("get_type_display", _("type"))
    plan = Column("plan__name", _("plan"))
    price = Column("price", _("price"))
    currency = Column("currency", _("currency"))
    customer = Column("request__customer_name", _("customer"))
    email = Column("request__customer_email", _("e-mail"))
    phone = Column("request__intake__phone", _("phone"))
    city = Column("request__intake__city", _("city"))
    country = Column("request__country", _("country"))
    car = Column("request__intake__car", _("car"))
    vin = Column("request__intake__vin", _("VIN"))
    urgent = Column("request__is_urgent", _("urgent"))
    mechanic = Column("mechanic__display_name", _("mechanic"))
    workshop = Column("mechanic__workshop__name", _("workshop"))
    submitted = Column("created_at", _("submitted"))
    queued = Column("queued_at", _("in the queue since"))
    accepted = Column("accepted_at", _("accepted"))
    started = Column("started_at", _("started"))
    ended = Column("ended_at", _("ended"))
    reason = Column("cancel_reason", _("reason"))
    contact = ("email", "phone")

"""What belongs to no app: the worker's jobs, and who edited what here."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from console.base import NeedsAttention, Observed, badge, short

LEVELS = {"succeeded": "ok", "failed": "danger", "doing": "info", "todo": "outline"}


@admin.register(ProcrastinateJob)
class JobAdmin(Observed):
    """What the worker did and has yet to do. A failed job says why in the worker's log."""

    list_display = ("id", "task_name", "state", "attempts", "scheduled_at", "args")
    list_filter = (NeedsAttention, "status")
    search_fields = ("task_name",)
    fields = ("task_name", "state", "args", ("queue_name", "priority"), ("lock", "queueing_lock"), ("scheduled_at", "attempts"), "events")
    readonly_fields = ("state", "events")
    ordering = ("-id",)

    @admin.display(description=_("state"), ordering="status")
    def state(self, job: ProcrastinateJob) -> str:
        return badge(job.status, LEVELS.get(job.status, "warn"))

    @admin.display(description=_("what happened"))
    def events(self, job: ProcrastinateJob) -> SafeString | str:
        happened = ProcrastinateEvent.objects.filter(job=job).order_by("at").values_list("type", "at")
        return format_html_join(mark_safe("<br>"), "{}: {}", ((kind, short(at)) for kind, at in happened)) or "-"


@admin.register(LogEntry)
class LogEntryAdmin(Observed):
    """Every edit and every button pressed in the admin."""

    list_display = ("action_time", "user", "content_type", "object_repr", "get_change_message")
    list_filter = ("action_flag",)
    search_fields = ("object_repr", "user__full_name", "user__email")
    fields = ("action_time", "user", "content_type", "object_repr", "get_change_message")
    readonly_fields = ("get_change_message",)
    ordering = ("-action_time",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return super().get_queryset(request).select_related("user", "content_type")

"""What comes out of a session: the report, and the customer's stars."""

from typing import Any

from rest_framework import serializers

from api_app.answers.examples import SESSION, shown
from api_app.answers.fields import Address, Moment
from diagnostics_app.findings import Answer
from diagnostics_app.models import Check
from sessions_app.models import Report

COIL = {
    "step": "spark",
    "title": "Spark plugs and coils",
    "result": "fault",
    "note": "The plug of cylinder 2 is black.",
    "trouble_codes": ["P0302"],
    "is_danger": False,
}


@shown(**COIL)
class CheckAnswer(serializers.Serializer):
    """An answered step of the guided check."""

    step = serializers.CharField(source="step.key")
    title = serializers.CharField()
    result = serializers.ChoiceField(Check.Result.choices)
    note = serializers.CharField()
    trouble_codes = serializers.ListField(child=serializers.CharField(), source="codes")
    is_danger = serializers.BooleanField(help_text="The car must not be driven because of this.")


@shown(
    session=SESSION,
    findings="The ignition coil of cylinder 2 is worn.",
    recommended_work="Replace the coil and the plug.",
    severity="soon",
    safe_to_drive=True,
    cost_from="80.00",
    cost_to="120.00",
    currency="USD",
    submitted_at="2026-11-21T10:31:02.090Z",
    checks=[COIL],
    pdf_url=f"http://localhost:8000/api/v1/sessions/{SESSION}/report.pdf",
    page_url=f"http://localhost:8000/sessions/{SESSION}/summary/",
)
class ReportAnswer(serializers.Serializer):
    """What the mechanic found and recommends."""

    session = serializers.UUIDField(source="pk")
    findings = serializers.CharField()
    recommended_work = serializers.CharField()
    severity = serializers.ChoiceField(Report.Severity.choices)
    safe_to_drive = serializers.BooleanField()
    cost_from = serializers.DecimalField(9, 2, allow_null=True)
    cost_to = serializers.DecimalField(9, 2, allow_null=True)
    currency = serializers.CharField()
    submitted_at = Moment()
    checks = CheckAnswer(many=True)
    pdf_url = Address("api:session-report-pdf", help_text="The report on paper, made on request.")
    page_url = Address("session-summary", help_text="The report and all around it on the site.")

    @classmethod
    def of(cls, report: Report, checks: list[Answer]) -> Any:
        report.checks = checks
        return report


@shown(session=SESSION, stars=5, text="Patient, and right.", is_hidden=False, created_at="2026-11-21T11:00:00Z")
class ReviewAnswer(serializers.Serializer):
    """The customer's stars."""

    session = serializers.UUIDField(source="pk")
    stars = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField()
    is_hidden = serializers.BooleanField(help_text="By the support team; then only its customer and the team see it.")
    created_at = Moment()

"""The guided check of a session."""

from django.urls import path

from diagnostics_app import views

urlpatterns = [
    path("sessions/<uuid:pk>/checks/", views.checks, name="session-checks"),
    path("sessions/<uuid:pk>/checklist/", views.choose, name="session-checklist"),
    path("sessions/<uuid:pk>/codes/", views.codes, name="session-codes"),
    path("sessions/<uuid:pk>/checks/<slug:step>/", views.answer, name="session-check"),
    path("sessions/<uuid:pk>/checks/<slug:step>/ask/", views.ask, name="session-check-ask"),
    path("sessions/<uuid:pk>/checks/<slug:step>/evidence/", views.evidence, name="session-check-evidence"),
]

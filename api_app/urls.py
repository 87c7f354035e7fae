"""/api/v1/. What is not here is answered by mechanichub/views.py, as a problem too."""

from django.urls import path

from api_app.views import docs, files, me, messages, moves, plans, reports, requests, sessions, staff, vehicles

app_name = "api"

urlpatterns = [
    path("sessions/", sessions.Sessions.as_view(), name="sessions"),
    path("sessions/<uuid:pk>/", sessions.OneSession.as_view(), name="session"),
    path("sessions/<uuid:pk>/intake/", sessions.Intake.as_view(), name="session-intake"),
    path("sessions/<uuid:pk>/timeline/", sessions.Timeline.as_view(), name="session-timeline"),
    path("sessions/<uuid:pk>/accept/", moves.Accept.as_view(), name="session-accept"),
    path("sessions/<uuid:pk>/decline/", moves.Decline.as_view(), name="session-decline"),
    path("sessions/<uuid:pk>/release/", moves.Release.as_view(), name="session-release"),
    path("sessions/<uuid:pk>/cancel/", moves.Cancel.as_view(), name="session-cancel"),
    path("sessions/<uuid:pk>/enter/", messages.Enter.as_view(), name="session-enter"),
    path("sessions/<uuid:pk>/messages/", messages.Messages.as_view(), name="session-messages"),
    path("sessions/<uuid:pk>/messages/read/", messages.Read.as_view(), name="session-read"),
    path("sessions/<uuid:pk>/files/", files.Files.as_view(), name="session-files"),
    path("sessions/<uuid:pk>/files/<uuid:file>/", files.File.as_view(), name="session-file"),
    path("sessions/<uuid:pk>/files/<uuid:file>/content/", files.Content.as_view(), name="session-file-content"),
    path("sessions/<uuid:pk>/files/<uuid:file>/thumbnail/", files.Thumbnail.as_view(), name="session-file-thumbnail"),
    path("sessions/<uuid:pk>/complete/", reports.Complete.as_view(), name="session-complete"),
    path("sessions/<uuid:pk>/report/", reports.TheReport.as_view(), name="session-report"),
    path("sessions/<uuid:pk>/report.pdf", reports.Pdf.as_view(), name="session-report-pdf"),
    path("sessions/<uuid:pk>/review/", reports.TheReview.as_view(), name="session-review"),
    path("plans/", plans.Plans.as_view(), name="plans"),
    path("vehicles/", vehicles.Vehicles.as_view(), name="vehicles"),
    path("vehicles/<uuid:pk>/", vehicles.OneVehicle.as_view(), name="vehicle"),
    path("me/", me.Me.as_view(), name="me"),
    path("staff/attention/", staff.Attention.as_view(), name="staff-attention"),
    path("staff/sessions/", staff.StaffSessions.as_view(), name="staff-sessions"),
    path("staff/sessions/<uuid:pk>/diagnosis/", staff.Diagnosis.as_view(), name="staff-diagnosis"),
    path("staff/sessions/<uuid:pk>/look/", staff.Look.as_view(), name="staff-look"),
    path("staff/sessions/<uuid:pk>/assign/", staff.Assign.as_view(), name="staff-assign"),
    path("staff/sessions/<uuid:pk>/requeue/", staff.Requeue.as_view(), name="staff-requeue"),
    path("staff/sessions/<uuid:pk>/release/", staff.StaffRelease.as_view(), name="staff-release"),
    path("staff/sessions/<uuid:pk>/cancel/", staff.StaffCancel.as_view(), name="staff-cancel"),
    path("staff/sessions/<uuid:pk>/complete/", staff.StaffComplete.as_view(), name="staff-complete"),
    path("staff/sessions/<uuid:pk>/abort/", staff.Abort.as_view(), name="staff-abort"),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.docs, name="docs"),
    path("requests/", requests.Requests.as_view(), name="requests"),
]

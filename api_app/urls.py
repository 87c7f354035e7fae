"""/api/v1/. What is not here is answered by mechanichub/views.py, as a problem too."""

from django.urls import path

from api_app.views import docs, moves, requests, sessions

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
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.docs, name="docs"),
    path("requests/", requests.Requests.as_view(), name="requests"),
]

from django.urls import path

from sessions_app import call_views, report_views, views

urlpatterns = [
    path("chat/<uuid:pk>/", views.room, {"kind": "chat"}, name="room-chat"),
    path("video/<uuid:pk>/", views.room, {"kind": "video"}, name="room-video"),
    path("diagnostic/<uuid:pk>/", views.room, {"kind": "diagnostic"}, name="room-diagnostic"),
    path("sessions/<uuid:pk>/state/", views.state, name="session-state"),
    path("sessions/<uuid:pk>/enter/", views.enter, name="session-enter"),
    path("sessions/<uuid:pk>/look/", views.look, name="session-look"),
    path("sessions/<uuid:pk>/messages/", views.talk, name="session-messages"),
    path("sessions/<uuid:pk>/read/", views.read, name="session-read"),
    path("sessions/<uuid:pk>/relay/", call_views.relay, name="session-relay"),
    path("sessions/<uuid:pk>/voice/", call_views.voice, name="session-voice"),
    path("sessions/<uuid:pk>/complete/", views.complete, name="session-complete"),
    path("sessions/<uuid:pk>/cancel/", views.cancel, name="session-cancel"),
    path("sessions/<uuid:pk>/summary/", report_views.summary, name="session-summary"),
    path("sessions/<uuid:pk>/report.pdf", report_views.report, name="session-report-pdf"),
    path("sessions/<uuid:pk>/review/", report_views.review, name="session-review"),
]

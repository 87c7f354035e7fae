"""Files: sent piece by piece, shown through the session that holds them."""

from django.urls import path

from files_app import views

urlpatterns = [
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/", views.file, name="session-file"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/thumbnail/", views.thumbnail, name="session-thumbnail"),
    path("help/files/<uuid:bundle_pk>/<uuid:pk>/thumbnail/", views.unsent_thumbnail, name="intake-thumbnail"),
]

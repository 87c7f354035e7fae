"""Files: sent piece by piece, shown through the session that holds them."""

from django.urls import path

from files_app import drawing_views, tus, upload_views, views

urlpatterns = [
    path("sessions/<uuid:pk>/files/", upload_views.of_session, name="session-files"),
    path("sessions/<uuid:pk>/uploads/", tus.to_session, name="session-uploads"),
    path("help/files/<uuid:bundle_pk>/", upload_views.of_intake, name="intake-files"),
    path("help/files/<uuid:bundle_pk>/uploads/", tus.to_intake, name="intake-uploads"),
    path("help/files/<uuid:bundle_pk>/<uuid:pk>/remove/", upload_views.remove, name="intake-file-remove"),
    path("uploads/<uuid:pk>/", tus.upload, name="upload"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/", views.file, name="session-file"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/thumbnail/", views.thumbnail, name="session-thumbnail"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawing/", drawing_views.strokes, name="file-drawing"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawing/undo/", drawing_views.undo, name="file-drawing-undo"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawing/clear/", drawing_views.clear, name="file-drawing-clear"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawn/", drawing_views.drawn, name="session-file-drawn"),
    path("help/files/<uuid:bundle_pk>/<uuid:pk>/thumbnail/", views.unsent_thumbnail, name="intake-thumbnail"),
]

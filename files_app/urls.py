"""Files: sent piece by piece, shown through the session that holds them."""

from django.urls import path

from files_app import drawing_views, views

urlpatterns = [
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/", views.file, name="session-file"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/thumbnail/", views.thumbnail, name="session-thumbnail"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawing/", drawing_views.strokes, name="file-drawing"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawing/undo/", drawing_views.undo, name="file-drawing-undo"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawing/clear/", drawing_views.clear, name="file-drawing-clear"),
    path("sessions/<uuid:session_pk>/files/<uuid:pk>/drawn/", drawing_views.drawn, name="session-file-drawn"),
    path("help/files/<uuid:bundle_pk>/<uuid:pk>/thumbnail/", views.unsent_thumbnail, name="intake-thumbnail"),
]

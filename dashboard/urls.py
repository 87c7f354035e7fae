from django.urls import path

from dashboard import views
from dashboard.queries import ACTIVE, COMPLETED, HISTORY, INCOMING

urlpatterns = [
    path("mechanic/", views.board, {"tab": INCOMING}, name="mechanic-incoming"),
    path("mechanic/active/", views.board, {"tab": ACTIVE}, name="mechanic-active"),
    path("mechanic/completed/", views.board, {"tab": COMPLETED}, name="mechanic-completed"),
    path("mechanic/history/", views.board, {"tab": HISTORY}, name="mechanic-history"),
    path("mechanic/tabs/", views.tabs, name="mechanic-tabs"),
    path("mechanic/duty/", views.duty, name="mechanic-duty"),
    path("sessions/<uuid:pk>/intake/", views.intake, name="session-intake"),
    path("sessions/<uuid:pk>/accept/", views.accept, name="accept"),
    path("sessions/<uuid:pk>/decline/", views.decline, name="decline"),
    path("sessions/<uuid:pk>/release/", views.release, name="session-release"),
]

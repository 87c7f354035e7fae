"""The whole address space on one screen. What is below each prefix is in the app's own urls.py."""

from django.contrib import admin
from django.urls import include, path

from mechanichub import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("requests_app.urls")),  #     /help/  the intake form              /my/vehicles/
    path("", include("billing_app.urls")),  #      /pay/<id>/
    path("accounts/tokens/", include("api_app.token_urls")),
    path("", include("accounts_app.urls")),  #     /accounts/  sign-in, second factor   /mechanic/apply/  /mechanic/settings/
    path("", include("sessions_app.urls")),  #     /chat/<id>/ /video/<id>/ /diagnostic/<id>/  the rooms   /sessions/<id>/...
    path("", include("files_app.urls")),  #        /sessions/<id>/files/  /uploads/<id>/  sent, shown, drawn on
    path("", include("diagnostics_app.urls")),  #  /sessions/<id>/checks/  the guided check
    path("", include("dashboard.urls")),  #        /mechanic/  the four tabs            /sessions/<id>/  intake, accept, decline, release
    path("", include("dashboard.customer_urls")),  # /my/
    path("api/v1/", include("api_app.urls")),  #   for programs; its documentation is at /api/v1/docs/
    path("", include("webhooks_app.urls")),  #     /webhooks/  a workshop's own
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "mechanichub.views.bad_request"
handler403 = "mechanichub.views.permission_denied"
handler404 = "mechanichub.views.not_found"
handler429 = "mechanichub.views.too_often"  # allauth asks for it
handler500 = "mechanichub.views.server_error"

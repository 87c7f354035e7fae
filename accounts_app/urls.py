"""Signing in and out (allauth), and a person's own pages."""

from django.urls import include, path

from accounts_app import views

urlpatterns = [
    path("accounts/profile/", views.profile, name="profile"),
    path("accounts/", include("allauth.urls")),
    path("mechanic/apply/", views.mechanic_apply, name="mechanic-apply"),
    path("mechanic/settings/", views.mechanic_settings, name="mechanic-settings"),
]

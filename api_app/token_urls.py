"""/accounts/tokens/: a person's own."""

from django.urls import path

from api_app import token_views

urlpatterns = [
    path("", token_views.mine, name="tokens"),
    path("new/", token_views.new, name="token-new"),
    path("<int:pk>/revoke/", token_views.revoke, name="token-revoke"),
]

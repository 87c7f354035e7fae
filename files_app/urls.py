"""Files: sent piece by piece, shown through the session that holds them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

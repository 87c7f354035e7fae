from django.urls import path

from billing_app import views

urlpatterns = [path("pay/<uuid:pk>/", views.checkout, name="checkout")]

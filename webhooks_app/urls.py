from django.urls import path

from webhooks_app import views

urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/add/", views.add, name="webhook-add"),
    path("webhooks/<uuid:pk>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:pk>/edit/", views.edit, name="webhook-edit"),
    path("webhooks/<uuid:pk>/secret/", views.secret, name="webhook-secret"),
    path("webhooks/<uuid:pk>/rotate/", views.rotate, name="webhook-rotate"),
    path("webhooks/<uuid:pk>/test/", views.test, name="webhook-test"),
    path("webhooks/<uuid:pk>/off/", views.off, name="webhook-off"),
    path("webhooks/<uuid:pk>/on/", views.on, name="webhook-on"),
    path("webhooks/<uuid:webhook_pk>/deliveries/<uuid:pk>/", views.delivery, name="webhook-delivery"),
    path("webhooks/<uuid:webhook_pk>/deliveries/<uuid:pk>/again/", views.again, name="webhook-again"),
]

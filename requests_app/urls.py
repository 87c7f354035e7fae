from django.urls import path

from requests_app import views

urlpatterns = [
    path("help/", views.choose, name="intake-choose"),
    path("help/vin/", views.vin_facts, name="vin-facts"),
    path("help/codes/", views.codes, name="trouble-codes"),
    path("help/continue/<uuid:pk>/", views.resume, name="intake-continue"),
    path("help/continue/<uuid:pk>/discard/", views.discard, name="intake-discard"),
    path("help/<slug:plan>/", views.intake, name="intake"),
    path("my/vehicles/", views.vehicles, name="my-vehicles"),
    path("my/vehicles/add/", views.vehicle_add, name="vehicle-add"),
    path("my/vehicles/<uuid:pk>/", views.vehicle_edit, name="vehicle-edit"),
    path("my/vehicles/<uuid:pk>/delete/", views.vehicle_delete, name="vehicle-delete"),
]

from django.urls import path

from dashboard import customer

urlpatterns = [
    path("my/", customer.my, name="my"),
    path("my/open/", customer.my_open, name="my-open"),
]

"""Addresses of containers' files, under `containers/`."""

from django.urls import path

from dashboard.pages.files.addresses import addresses
from dashboard.pages.files.opening import opener

app_name = "containerfiles"
urlpatterns = [
    *addresses("container"),
    path("<int:endpoint_id>/<str:podman_id>/files/open/", opener("container"), name="open"),
]

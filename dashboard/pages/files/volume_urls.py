"""Addresses of volumes' files, under `volumes/`."""

from django.urls import path

from dashboard.pages.files.addresses import addresses
from dashboard.pages.files.helper import open_files

app_name = "volumefiles"
urlpatterns = [
    *addresses("volume"),
    path("<int:endpoint_id>/<str:podman_id>/files/open/", open_files("volume"), name="open"),
]

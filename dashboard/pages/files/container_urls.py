"""Addresses of containers' files, under `containers/`."""

from django.urls import path

from dashboard.pages.files.addresses import addresses
from dashboard.pages.files.helper import open_files

app_name = "containerfiles"
urlpatterns = [
    *addresses("container"),
    path("<int:endpoint_id>/<str:podman_id>/files/open/", open_files("container"), name="open"),
]

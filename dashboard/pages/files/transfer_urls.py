"""Addresses of uploads and downloads, under `transfer/files/`."""

from django.urls import path

from dashboard.pages.files import transfers

app_name = "filetransfers"
_PLACE = "<str:kind>/<int:endpoint_id>/<str:podman_id>/"
urlpatterns = [
    path(f"{_PLACE}upload/", transfers.upload, name="upload"),
    path(f"{_PLACE}unpack/", transfers.unpack, name="unpack"),
    path(f"{_PLACE}file/", transfers.download_file, name="file"),
    path(f"{_PLACE}folder/", transfers.download_folder, name="folder"),
]

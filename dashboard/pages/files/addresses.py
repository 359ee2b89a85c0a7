"""Addresses of the pages of files, shared by containers and volumes."""

from django.urls import URLPattern, path

from dashboard.pages.files.changes import CHANGES, change, save
from dashboard.pages.files.views import exists, file, folder


def addresses(kind: str) -> list[URLPattern]:
    """Addresses under `containers/` or `volumes/`."""
    place = "<int:endpoint_id>/<str:podman_id>/files/"
    return [
        path(place, folder(kind), name="list"),
        path(f"{place}file/", file(kind), name="file"),
        path(f"{place}there/", exists(kind), name="there"),
        path(f"{place}save/", save(kind), name="save"),
        *(path(f"{place}{what}/", change(kind, what), name=what) for what in CHANGES),
    ]

"""Addresses of the pages of files, the same for containers and volumes."""

from django.urls import URLPattern, path

from dashboard.pages.files.changes import CHANGES, change, save
from dashboard.pages.files.views import file, folder, there


def addresses(kind: str) -> list[URLPattern]:
    """Addresses below `containers/` or `volumes/`."""
    place = "<int:endpoint_id>/<str:podman_id>/files/"
    return [
        path(place, folder(kind), name="list"),
        path(f"{place}file/", file(kind), name="file"),
        path(f"{place}there/", there(kind), name="there"),
        path(f"{place}save/", save(kind), name="save"),
        *(path(f"{place}{what}/", change(kind, what), name=what) for what in CHANGES),
    ]

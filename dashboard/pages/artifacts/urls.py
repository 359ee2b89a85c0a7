"""Addresses of an endpoint's artifacts, under hosts/endpoints/…/artifacts/."""

from django.urls import path

from dashboard.pages.artifacts import dialogs

app_name = "artifacts"
_PLACE = "<int:endpoint_id>/artifacts/"
urlpatterns = [
    path(f"{_PLACE}pull/", dialogs.pull, name="pull"),
    path(f"{_PLACE}push/", dialogs.push, name="push"),
    path(f"{_PLACE}remove/", dialogs.remove, name="remove"),
    path(f"{_PLACE}add/", dialogs.add_page, name="add"),
]

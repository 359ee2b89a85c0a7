"""Addresses of a container's recreation, under /containers/."""

from django.urls import path

from dashboard.pages.run import recreating

PLACE = "<int:endpoint_id>/<str:podman_id>/recreate/"
app_name = "recreate"
urlpatterns = [
    path(PLACE, recreating.page, name="page"),
    path(f"{PLACE}check/", recreating.check, name="check"),
    path(f"{PLACE}values/", recreating.values, name="values"),
]

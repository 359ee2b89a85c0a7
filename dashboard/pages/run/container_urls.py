"""Addresses of a container's recreation, under /containers/."""

from django.urls import path

from dashboard.pages.run import recreate

PLACE = "<int:endpoint_id>/<str:podman_id>/recreate/"
app_name = "recreate"
urlpatterns = [
    path(PLACE, recreate.page, name="page"),
    path(f"{PLACE}check/", recreate.check, name="check"),
    path(f"{PLACE}values/", recreate.values, name="values"),
]

"""Addresses under /containers/."""

from django.urls import path

from dashboard.pages.acting import many, one
from dashboard.pages.containers import views
from dashboard.pages.containers.deeds import DEEDS
from dashboard.pages.containers.group_deeds import of_group
from dashboard.pages.containers.groups import STATES
from dashboard.pages.run import recreating

app_name = "containers"
urlpatterns = [
    path("", views.containers, name="list"),
    *(path(f"bulk/{deed.name}/", many(deed), name=f"bulk-{deed.name}") for deed in DEEDS),
    *(
        path(f"group/{deed.name}/", of_group(deed), name=f"group-{deed.name}")
        for deed in DEEDS
        if deed.name in STATES
    ),
    path("<int:endpoint_id>/<str:podman_id>/", views.container, name="page"),
    path("<int:endpoint_id>/<str:podman_id>/peek/", views.peek, name="peek"),
    path("<int:endpoint_id>/<str:podman_id>/inspect/", views.inspected, name="inspect"),
    path("<int:endpoint_id>/<str:podman_id>/recreate/", recreating.page, name="recreate"),
    path(
        "<int:endpoint_id>/<str:podman_id>/recreate/check/",
        recreating.check,
        name="recreate-check",
    ),
    path(
        "<int:endpoint_id>/<str:podman_id>/recreate/values/",
        recreating.values,
        name="recreate-values",
    ),
    path("<int:endpoint_id>/<str:podman_id>/history/", views.history, name="history"),
    *(
        path(f"<int:endpoint_id>/<str:podman_id>/{deed.name}/", one(deed), name=deed.name)
        for deed in DEEDS
    ),
]

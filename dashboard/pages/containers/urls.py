"""Addresses under /containers/."""

from django.urls import path

from dashboard.furniture.acting import many, one
from dashboard.pages.containers import made, tabs, views
from dashboard.pages.containers.changing import DIALOGS, view_of
from dashboard.pages.containers.deeds import DEEDS
from dashboard.pages.containers.group_deeds import of_group
from dashboard.pages.containers.groups import STATES

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
    path("<int:endpoint_id>/<str:podman_id>/processes/", tabs.processes, name="processes"),
    path("<int:endpoint_id>/<str:podman_id>/made/", made.made, name="made"),
    path("<int:endpoint_id>/<str:podman_id>/changes/", tabs.changes, name="changes"),
    path("<int:endpoint_id>/<str:podman_id>/line/", tabs.line, name="line"),
    path("<int:endpoint_id>/<str:podman_id>/health/", tabs.health, name="health"),
    *(
        path(f"<int:endpoint_id>/<str:podman_id>/{dialog.name}/", view_of(dialog), name=dialog.name)
        for dialog in DIALOGS
    ),
    path("<int:endpoint_id>/<str:podman_id>/history/", views.history, name="history"),
    *(
        path(f"<int:endpoint_id>/<str:podman_id>/{deed.name}/", one(deed), name=deed.name)
        for deed in DEEDS
    ),
]

"""Addresses under /containers/."""

from django.urls import path

from dashboard.furniture.verb_views import of_many, of_one
from dashboard.offers.containers import OFFERS
from dashboard.pages.containers import configuration, tabs, views
from dashboard.pages.containers.group_actions import group_dialog
from dashboard.pages.containers.groups import STATES

app_name = "containers"
urlpatterns = [
    path("", views.containers, name="list"),
    *of_many(OFFERS),
    *(
        path(f"group/{offer.name}/", group_dialog(offer), name=f"group-{offer.name}")
        for offer in OFFERS
        if offer.name in STATES
    ),
    path("<int:endpoint_id>/<str:podman_id>/", views.container, name="page"),
    path("<int:endpoint_id>/<str:podman_id>/peek/", views.peek, name="peek"),
    path("<int:endpoint_id>/<str:podman_id>/inspect/", views.inspect, name="inspect"),
    path("<int:endpoint_id>/<str:podman_id>/processes/", tabs.processes, name="processes"),
    path("<int:endpoint_id>/<str:podman_id>/made/", configuration.configuration, name="made"),
    path("<int:endpoint_id>/<str:podman_id>/changes/", tabs.changes, name="changes"),
    path("<int:endpoint_id>/<str:podman_id>/line/", tabs.line, name="line"),
    path("<int:endpoint_id>/<str:podman_id>/health/", tabs.health, name="health"),
    path("<int:endpoint_id>/<str:podman_id>/history/", views.history, name="history"),
    *of_one(OFFERS, "<int:endpoint_id>/<str:podman_id>/"),
]

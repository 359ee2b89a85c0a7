"""Addresses of a host's disk, events and system, and of the prunes that the rooms share."""

from django.urls import path

from dashboard.offers.prunes import PRUNES
from dashboard.pages.system import views
from dashboard.pages.system.kept import kept
from dashboard.pages.system.prune import prune

app_name = "system"
urlpatterns = [
    path("hosts/<int:host_id>/disk/", views.disk, name="disk"),
    path("hosts/<int:host_id>/events/", views.events, name="events"),
    path("hosts/<int:host_id>/system/", views.system, name="system"),
    path("hosts/endpoints/<int:endpoint_id>/measure/", views.measured, name="measure"),
    path("hosts/endpoints/<int:endpoint_id>/check/", views.check, name="check"),
    *(
        path(f"hosts/endpoints/<int:endpoint_id>/{kind}/", kept, {"kind": kind}, name=kind)
        for kind in ("artifacts", "quadlets")
    ),
    *(path(f"{kind}s/prune/", prune, {"kind": kind}, name=f"prune-{kind}") for kind in PRUNES),
]

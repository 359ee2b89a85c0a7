"""Addresses of a host's disk, events and system, and of all prunes."""

from django.urls import path

from dashboard.offers.prunes import PRUNES
from dashboard.pages.system import views
from dashboard.pages.system.other_objects import other_objects
from dashboard.pages.system.prune import prune

app_name = "system"
urlpatterns = [
    path("hosts/<int:host_id>/disk/", views.disk, name="disk"),
    path("hosts/<int:host_id>/events/", views.events, name="events"),
    path("hosts/<int:host_id>/system/", views.system, name="system"),
    path("hosts/endpoints/<int:endpoint_id>/measure/", views.measure_disk, name="measure"),
    path("hosts/endpoints/<int:endpoint_id>/check/", views.check, name="check"),
    *(
        path(f"hosts/endpoints/<int:endpoint_id>/{kind}/", other_objects, {"kind": kind}, name=kind)
        for kind in ("artifacts", "quadlets")
    ),
    *(path(f"{kind}s/prune/", prune, {"kind": kind}, name=f"prune-{kind}") for kind in PRUNES),
]

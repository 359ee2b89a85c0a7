"""Addresses of the pages of statistics, under those of their subjects."""

from django.urls import path

from dashboard.pages.stats import views

app_name = "stats"
urlpatterns = [
    path("containers/<int:endpoint_id>/<str:podman_id>/stats/", views.container, name="container"),
    path("pods/<int:endpoint_id>/<path:podman_id>/stats/part/", views.pod_part, name="pod-part"),
    path("hosts/<int:host_id>/stats/", views.host, name="host"),
    path("stats/compare/", views.compare, name="compare"),
    path("stats/history/", views.history, name="history"),
    path("stats/sparks/", views.sparks, name="sparks"),
]

"""Addresses under /hosts/ that show; those that change are in pages.joining."""

from django.urls import path

from dashboard.pages.hosts import views

app_name = "hosts"
urlpatterns = [
    path("", views.hosts, name="list"),
    path("<int:host_id>/", views.host, name="page"),
    *(
        path(f"<int:host_id>/{kind}/", views.objects, {"plural": kind}, name=kind)
        for kind in views.KINDS
    ),
    path("<int:host_id>/history/", views.history, name="history"),
]

"""Addresses under /hosts/ that show; those that change are in pages.joining."""

from django.urls import path

from dashboard.pages.hosts import views

app_name = "hosts"
urlpatterns = [
    path("", views.hosts, name="list"),
    path("<int:host_id>/", views.host, name="page"),
    path("<int:host_id>/history/", views.history, name="history"),
]

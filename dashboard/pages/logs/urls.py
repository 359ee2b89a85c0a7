"""Addresses of the log page, under `containers/`."""

from django.urls import path

from dashboard.pages.logs import views

app_name = "logs"
urlpatterns = [
    path("<int:endpoint_id>/<str:podman_id>/logs/", views.page, name="page"),
]

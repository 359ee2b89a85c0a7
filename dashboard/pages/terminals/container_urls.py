"""The address of a container's terminals, under `containers/`."""

from django.urls import path

from dashboard.pages.terminals import views

app_name = "terminal"
urlpatterns = [
    path("<int:endpoint_id>/<str:podman_id>/terminal/", views.of_container, name="page"),
]

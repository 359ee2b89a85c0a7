"""Addresses under /locks/."""

from django.urls import path

from dashboard.pages.locks import views

app_name = "locks"
urlpatterns = [
    path("<int:lock_id>/unlock/", views.unlock, name="unlock"),
    path("host/<int:host_id>/", views.host, name="host"),
    path("on/<str:kind>/<int:endpoint_id>/<path:podman_id>/", views.on_object, name="object"),
]

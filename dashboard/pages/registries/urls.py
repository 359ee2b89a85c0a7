"""Addresses under /registries/."""

from django.urls import path

from dashboard.pages.registries import views

app_name = "registries"
urlpatterns = [
    path("", views.registries, name="list"),
    path("<int:credential_id>/replace/", views.replace, name="replace"),
    path("<int:credential_id>/erase/", views.erase, name="erase"),
]

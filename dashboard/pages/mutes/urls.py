"""Addresses under /hosts/<number>/."""

from django.urls import path

from dashboard.pages.mutes import views

app_name = "mutes"
urlpatterns = [
    path("<int:host_id>/mute/", views.mute, name="mute"),
    path("<int:host_id>/unmute/", views.unmute, name="unmute"),
]

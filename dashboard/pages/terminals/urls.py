"""Addresses of the open terminals."""

from django.urls import path

from dashboard.pages.terminals import views

app_name = "terminals"
urlpatterns = [
    path("", views.terminals, name="list"),
    path("<str:key>/", views.one, name="one"),
]

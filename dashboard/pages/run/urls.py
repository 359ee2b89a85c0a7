"""Addresses under /containers/run/."""

from django.urls import path

from dashboard.pages.run import views

app_name = "run"
urlpatterns = [
    path("", views.page, name="page"),
    path("check/", views.check, name="check"),
    path("paste/", views.paste, name="paste"),
]

"""Addresses of building, under /build/."""

from django.urls import path

from dashboard.pages.build import views

app_name = "build"
urlpatterns = [
    path("", views.page, name="page"),
    path("check/", views.check, name="check"),
]

"""Addresses under /build/."""

from django.urls import path

from dashboard.pages.builds import views

app_name = "builds"
urlpatterns = [
    path("", views.page, name="page"),
    path("check/", views.check, name="check"),
]

"""Addresses under /images/pull/."""

from django.urls import path

from dashboard.pages.pull import views

app_name = "pull"
urlpatterns = [
    path("", views.page, name="page"),
    path("check/", views.check, name="check"),
    path("offers/", views.offers, name="offers"),
]

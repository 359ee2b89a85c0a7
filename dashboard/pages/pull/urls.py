"""Addresses under /images/pull/."""

from django.urls import path

from dashboard.pages.pull import search, views

app_name = "pull"
urlpatterns = [
    path("", views.page, name="page"),
    path("check/", views.check, name="check"),
    path("search/", search.search, name="search"),
    path("search/<int:job_id>/", search.look, name="look"),
    path("offers/", views.offers, name="offers"),
]

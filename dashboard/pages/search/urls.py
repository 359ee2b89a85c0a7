"""Addresses under /search/."""

from django.urls import path

from dashboard.pages.search import views

app_name = "search"
urlpatterns = [path("", views.search, name="page")]

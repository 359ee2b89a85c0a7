"""Addresses under /access/explain/."""

from django.urls import path

from dashboard.pages.explain import views

app_name = "explain"
urlpatterns = [
    path("", views.person, name="person"),
    path("who/", views.who, name="who"),
]

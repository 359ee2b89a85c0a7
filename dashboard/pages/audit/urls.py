"""Addresses under /audit/."""

from django.urls import path

from dashboard.pages.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="list"),
    path("export/", views.export, name="export"),
    path("<int:number>/", views.entry, name="entry"),
]

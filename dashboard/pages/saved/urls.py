"""Addresses under /views/."""

from django.urls import path

from dashboard.pages.saved import views

app_name = "saved"
urlpatterns = [
    path("<str:list_name>/save/", views.save, name="save"),
    path("<int:view_id>/rename/", views.rename, name="rename"),
    path("<int:view_id>/default/", views.default, name="default"),
    path("<int:view_id>/remove/", views.remove, name="remove"),
]

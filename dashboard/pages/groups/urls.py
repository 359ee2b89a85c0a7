"""Addresses under /groups/."""

from django.urls import path

from dashboard.pages.groups import views

app_name = "groups"
urlpatterns = [
    path("", views.groups, name="list"),
    path("<int:group_id>/", views.page, name="page"),
    path("<int:group_id>/preview/", views.preview, name="preview"),
    path("<int:group_id>/remove/", views.remove, name="remove"),
]

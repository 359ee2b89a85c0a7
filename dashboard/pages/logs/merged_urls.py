"""The page of merged logs, under `logs/`."""

from django.urls import path

from dashboard.pages.logs import views

app_name = "merged-logs"
urlpatterns = [path("", views.merged, name="page")]

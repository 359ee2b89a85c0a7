"""The address of the overview: /."""

from django.urls import path

from dashboard.pages.overview import views

app_name = "overview"
urlpatterns = [path("", views.overview, name="page")]

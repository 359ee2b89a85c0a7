"""Addresses of the API."""

from django.urls import path

from dashboard.api.api import api

urlpatterns = [path("", api.urls)]

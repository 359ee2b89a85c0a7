"""The address of the API's description."""

from django.urls import path

from dashboard.pages.tokens.api_page import page

urlpatterns = [path("", page, name="api-docs")]

"""The page that tells what the API can."""

from django.urls import path

from dashboard.pages.tokens.api_page import page

urlpatterns = [path("", page, name="api-docs")]

"""Addresses under /guardrails/freezes/."""

from django.urls import path

# registers the banner's live list
from dashboard.pages.freezes import banner as _banner  # noqa: F401
from dashboard.pages.freezes import views

app_name = "freezes"
urlpatterns = [
    path("", views.windows, name="list"),
    path("new/", views.new, name="new"),
    path("<int:freeze_id>/", views.page, name="page"),
    path("<int:freeze_id>/remove/", views.remove, name="remove"),
]

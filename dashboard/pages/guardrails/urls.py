"""Addresses under /guardrails/."""

from django.urls import path

from dashboard.pages.guardrails import trying, views

app_name = "guardrails"
urlpatterns = [
    path("", views.rules, name="list"),
    path("new/", views.kinds, name="kinds"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("suggested/", views.suggested, name="suggested"),
    path("try/", trying.page, name="try"),
    path("<int:guardrail_id>/", views.page, name="page"),
    path("<int:guardrail_id>/remove/", views.remove, name="remove"),
]

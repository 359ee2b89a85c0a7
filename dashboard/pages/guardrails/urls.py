"""Addresses under /guardrails/."""

from django.urls import path

from dashboard.pages.guardrails import looking, there, trying, views

app_name = "guardrails"
urlpatterns = [
    path("", views.rules, name="list"),
    path("new/", views.kinds, name="kinds"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("new/<slug:kind>/there/", there.of_form, name="there-form"),
    path("suggested/", views.suggested, name="suggested"),
    path("try/", trying.page, name="try"),
    path("pod/<int:endpoint_id>/", looking.look, name="pod"),
    path("<int:guardrail_id>/", views.page, name="page"),
    path("<int:guardrail_id>/there/", there.of_rule, name="there"),
    path("<int:guardrail_id>/remove/", views.remove, name="remove"),
]

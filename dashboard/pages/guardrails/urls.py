"""Addresses under /guardrails/."""

from django.urls import path

from dashboard.pages.guardrails import inspect_pod, try_rules, views, violations

app_name = "guardrails"
urlpatterns = [
    path("", views.rules, name="list"),
    path("new/", views.kinds, name="kinds"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("new/<slug:kind>/there/", violations.of_form, name="there-form"),
    path("suggested/", views.make_suggested, name="suggested"),
    path("try/", try_rules.page, name="try"),
    path("pod/<int:endpoint_id>/", inspect_pod.inspect_pod, name="pod"),
    path("<int:guardrail_id>/", views.page, name="page"),
    path("<int:guardrail_id>/there/", violations.of_rule, name="there"),
    path("<int:guardrail_id>/remove/", views.remove, name="remove"),
]

"""Addresses of sign-in under /people/."""

from django.urls import path

from dashboard.pages.signin import rules

app_name = "signin"
urlpatterns = [
    path("sign-in/", rules.rules, name="rules"),
    path("<int:user_id>/sessions/", rules.sessions, name="sessions"),
    path("<int:user_id>/sessions/end/", rules.end_sessions, name="end_sessions"),
]

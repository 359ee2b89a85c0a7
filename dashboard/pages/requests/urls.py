"""Addresses under /access/requests/."""

from django.urls import path

from dashboard.pages.requests import views

app_name = "requests"
urlpatterns = [
    path("", views.requests, name="list"),
    path("ask/", views.ask, name="ask"),
    path("<int:request_id>/", views.decide, name="decide"),
    path("<int:request_id>/approve/", views.approve, name="approve"),
    path("<int:request_id>/refuse/", views.refuse, name="refuse"),
    path("<int:request_id>/withdraw/", views.withdraw, name="withdraw"),
]

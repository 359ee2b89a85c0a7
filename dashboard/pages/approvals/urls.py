"""Addresses under /access/requests/approvals/."""

from django.urls import path

from dashboard.pages.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.approvals, name="list"),
    path("<int:approval_id>/", views.decide, name="decide"),
    path("<int:approval_id>/show/", views.show, name="show"),
    path("<int:approval_id>/approve/", views.approve, name="approve"),
    path("<int:approval_id>/refuse/", views.refuse, name="refuse"),
]

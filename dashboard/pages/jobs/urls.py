"""Addresses under /jobs/."""

from django.urls import path

from dashboard.pages.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="list"),
    path("seen/", views.mark_seen, name="seen"),
    path("<int:job_id>/", views.job, name="page"),
    path("<int:job_id>/cancel/", views.cancel, name="cancel"),
    path("<int:job_id>/again/", views.again, name="again"),
]

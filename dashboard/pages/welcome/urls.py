"""Addresses of one-time links. accounts.invitations builds the same paths."""

from django.urls import path

from dashboard.pages.welcome import views

app_name = "welcome"
urlpatterns = [
    path("welcome/<str:token>/", views.first, name="first"),
    path("invite/<str:token>/", views.invite, name="invite"),
    path("reset/<str:token>/", views.reset, name="reset"),
]

"""Addresses under /people/."""

from django.urls import path

from dashboard.pages.people import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("invite/", views.invite, name="invite"),
    path("invitations/<int:link_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:user_id>/", views.page, name="page"),
    path("<int:user_id>/reset/", views.reset, name="reset"),
    path("<int:user_id>/role/", views.role, name="role"),
    path("<int:user_id>/role/preview/", views.preview_role, name="role-preview"),
    path("<int:user_id>/factor/", views.factor, name="factor"),
    path("<int:user_id>/disable/", views.disable, name="disable"),
    path("<int:user_id>/enable/", views.enable, name="enable"),
]

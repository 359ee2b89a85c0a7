"""Addresses under /account/: allauth's own names, which its code looks up. No sign-up, no mail."""

from allauth.account import views as allauth_views
from django.urls import include, path

from dashboard.pages.signin import receivers, views

__all__ = ["receivers", "urlpatterns"]

urlpatterns = [
    path("", views.account, name="account_settings"),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]

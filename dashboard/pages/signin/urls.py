"""Addresses under /account/: allauth's own names, which its code looks up. No sign-up, no mail."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.decorators.cache import never_cache

from dashboard.pages.signin import receivers, views

__all__ = ["receivers", "urlpatterns"]

urlpatterns = [
    path("", views.account, name="account_settings"),
    path("sessions/end/", views.end_session, name="account_end_session"),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("2fa/", never_cache(base.index), name="mfa_index"),
    path("2fa/authenticate/", never_cache(base.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", never_cache(base.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", never_cache(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        never_cache(codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        never_cache(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        never_cache(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]

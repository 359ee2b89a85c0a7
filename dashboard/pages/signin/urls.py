"""Addresses under /account/, with allauth's names, which its code looks up."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from dashboard.pages.signin import providers, receivers, views
from dashboard.pages.signin.factors import ReauthenticateByPasskey, factor_page, written
from dashboard.pages.signin.mfa import now
from dashboard.pages.signin.passkey_challenge import LoginByPasskey

__all__ = ["receivers", "urlpatterns"]

urlpatterns = [
    path("", views.account, name="account_settings"),
    path("sessions/end/", views.end_session, name="account_end_session"),
    path(
        "login/", factor_page(providers.with_providers(allauth_views.login)), name="account_login"
    ),
    path("passkey/", factor_page(LoginByPasskey.as_view()), name="mfa_login_webauthn"),
    path("provider/<str:provider_id>/", never_cache(providers.begin), name="provider_begin"),
    path("provider/<str:provider_id>/back/", never_cache(providers.back), name="provider_back"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/", views.password, name="account_change_password"),
    path("2fa/", factor_page(base.index), name="mfa_index"),
    path("2fa/authenticate/", factor_page(base.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor_page(base.reauthenticate), name="mfa_reauthenticate"),
    path(
        "2fa/totp/activate/",
        written(totp.ActivateTOTPView.as_view(extra_context={"server_now": now})),
        name="mfa_activate_totp",
    ),
    path("2fa/totp/deactivate/", written(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "2fa/passkeys/",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_list_webauthn",
    ),
    path("2fa/passkeys/add/", written(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/", written(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "2fa/passkeys/<int:pk>/remove/",
        written(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "2fa/passkeys/reauthenticate/",
        factor_page(ReauthenticateByPasskey.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/recovery-codes/",
        factor_page(codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        written(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]

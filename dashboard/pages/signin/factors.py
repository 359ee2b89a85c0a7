"""Decorators of allauth's views of second factors: caching, audit entries, page facts."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts import factors
from accounts.models import User
from dashboard.furniture.who import known_user
from dashboard.pages.signin.passkeys import passkey_refusal
from dashboard.session_age import BEGAN

View = Callable[..., HttpResponseBase]


def factor_page(view: View) -> View:
    """Forbid caching, and set `passkeys_refused` on the request for the template."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        request.passkeys_refused = passkey_refusal(request)  # type: ignore[attr-defined]
        return view(request, *args, **named)

    return cast(View, never_cache(wrapper))


def written(view: View) -> View:
    """As `factor_page`. A change of the form and its audit entry share one transaction."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return view(request, *args, **named)
        if _signed_in_long_ago(request, user):
            return render(request, "signin/sign_in_again.html", {"path": request.path}, status=403)
        if request.method != "POST":
            count = Authenticator.objects.filter(user=user, type__in=factors.FACTORS).count()
            request.last_factor = count == 1  # type: ignore[attr-defined]
            return view(request, *args, **named)
        with factors.logged_changes(user, known_user(request, user)):
            return view(request, *args, **named)

    return factor_page(wrapper)


def _signed_in_long_ago(request: HttpRequest, user: User) -> bool:
    """True for a person without password and factor whose sign-in is old.

    Otherwise anybody at their open session could add a passkey.
    """
    if user.has_usable_password() or factors.has_factor(user):
        return False
    age_s = time.time() - request.session.get(BEGAN, 0)
    return bool(age_s > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


class ReauthenticateByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """allauth's view. A wrong passkey shows the page again with the error."""

    def form_invalid(self, form: Any) -> HttpResponse:
        return cast(
            HttpResponse, self.render_to_response({**self.get_context_data(), "form": form})
        )

"""What stands round allauth's views of second factors: their entries, and what their pages need."""

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
from dashboard.furniture.who import known
from dashboard.pages.signin.passkeys import refused_here
from dashboard.session_age import BEGAN

View = Callable[..., HttpResponseBase]


def told(view: View) -> View:
    """Kept by no cache, and its template may ask the request whether passkeys work here."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        request.passkeys_refused = refused_here(request)  # type: ignore[attr-defined]
        return view(request, *args, **named)

    return cast(View, never_cache(answered))


def written(view: View) -> View:
    """As `told`; what its form changes is in the audit log in the same transaction, or not changed."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return view(request, *args, **named)
        if _begun_long_ago(request, user):
            return render(request, "signin/again.html", {"path": request.path}, status=403)
        if request.method != "POST":
            count = Authenticator.objects.filter(user=user, type__in=factors.FACTORS).count()
            request.last_factor = count == 1  # type: ignore[attr-defined]
            return view(request, *args, **named)
        with factors.logged_changes(user, known(request, user)):
            return view(request, *args, **named)

    return told(answered)


def _begun_long_ago(request: HttpRequest, user: User) -> bool:
    """True for somebody who has nothing here to show once more, and signed in a while ago.

    Else whoever finds a session of theirs open could add a passkey of their own.
    """
    if user.has_usable_password() or factors.has_factor(user):
        return False
    age_s = time.time() - request.session.get(BEGAN, 0)
    return bool(age_s > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


class ReauthenticateByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """As allauth's; a passkey that does not fit is told of on the same page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page once more."""
        return cast(
            HttpResponse, self.render_to_response({**self.get_context_data(), "form": form})
        )

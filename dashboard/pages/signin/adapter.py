"""Our hooks of allauth: no sign-up, the client's address, audit entries."""

import time
from collections.abc import Mapping
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import factors, signin
from accounts.models import User
from accounts.sessions import end_sessions
from dashboard.furniture.who import known_user, stranger
from dashboard.pages.signin.sessions import ORIGIN
from dashboard.session_age import BEGAN
from hosts import bells

# texts of ways to reauthenticate, by allauth's ids
_INSTEAD = {
    "reauthenticate": _("Use your password instead"),
    "mfa_reauthenticate": _("Use a code instead"),
    "mfa_reauthenticate:webauthn": _("Use a passkey instead"),
}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Set by ACCOUNT_ADAPTER."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The email address or the password is wrong. Check both; an administrator can create "
            "a link for a new password."
        ),
        "too_many_login_attempts": _(
            "Too many failed attempts. Wait five minutes, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address for rate limits. A proxy's header counts only from a trusted proxy."""
        return stranger(request).address or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is checked."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            signin.sign_in_limited(stranger(request), email=credentials.get("email", ""))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log the same for a wrong password and for an unknown account."""
        signin.sign_in_failed(
            stranger(request), email=credentials.get("email", ""), why="wrong name or password"
        )

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Log that a disabled person gave the right password."""
        email = cast(User, user).email
        signin.sign_in_failed(stranger(request), email=email, why="the account is disabled")
        return cast(HttpResponse, super().respond_user_inactive(request, user))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Start a session under a new key, and write its audit entry in the same transaction."""
        by = cast(User, user)
        records = get_authentication_records(request, user)
        with transaction.atomic():
            super().login(request, user)
            request.session[BEGAN] = int(time.time())
            who = known_user(request, by)
            request.session[ORIGIN] = [who.address, request.headers.get("User-Agent", "")[:300]]
            how = [
                _step_name(by, record) for record in records if not record.get("reauthenticated")
            ]
            signin.signed_in(by, who, how=", ".join(how))
        if any(record.get("type") == Authenticator.Type.RECOVERY_CODES for record in records):
            _warn_of_few_codes(request, by)

    def logout(self, request: HttpRequest) -> None:
        """End the session, with an audit entry."""
        user = request.user
        if isinstance(user, User):
            signin.signed_out(user, known_user(request, user))
        super().logout(request)
        # streams in other tabs end now, not at their next check
        bells.ring("access")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set the person's own new password, and end all other sessions."""
        with transaction.atomic():
            super().set_password(user, password)
            end_sessions(cast(User, user), but=self.request.session.session_key)
            signin.password_changed(cast(User, user), known_user(self.request, cast(User, user)))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's methods with our texts."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [{**one, "description": _INSTEAD[one["id"]]} for one in found]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_settings")


def _step_name(user: User, record: Mapping[str, Any]) -> str:
    """The log's name for a step of a sign-in."""
    if record["method"] != "mfa":
        return str(record.get("provider") or record["method"])
    if record.get("type") == Authenticator.Type.RECOVERY_CODES:
        return "recovery code"
    used = Authenticator.objects.filter(user=user, pk=record.get("id")).first()
    return factors.factor_label(used) if used else str(record.get("type"))


def _warn_of_few_codes(request: HttpRequest, user: User) -> None:
    left = factors.codes_left(user) or 0
    if left > factors.FEW_CODES:
        return
    words = ngettext(
        "%(left)d recovery code is left. Create new ones on the page of your account.",
        "%(left)d recovery codes are left. Create new ones on the page of your account.",
        left,
    )
    messages.error(request, words % {"left": left})

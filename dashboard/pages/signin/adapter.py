"""Our answers to allauth: who may sign up (nobody), which address counts, what is logged."""

import time
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import signin
from accounts.models import User
from accounts.sessions import end_sessions
from dashboard.pages.signin.sessions import FROM
from dashboard.pages.signin.who import known, stranger
from dashboard.session_age import BEGAN


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Named by ACCOUNT_ADAPTER."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The email address or the password is not right. Check both; an administrator can"
            " make you a link for a new password."
        ),
        "too_many_login_attempts": _(
            "Too many tries that failed. Wait five minutes, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count by: a proxy's header only where the proxy is trusted."""
        return stranger(request).address or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            signin.limited(stranger(request), email=credentials.get("email", ""))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """The same for a wrong password and for an account that does not exist."""
        signin.failed(
            stranger(request), email=credentials.get("email", ""), why="wrong name or password"
        )

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Somebody disabled gave the right password."""
        email = cast(User, user).email
        signin.failed(stranger(request), email=email, why="the account is disabled")
        return cast(HttpResponse, super().respond_user_inactive(request, user))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session under a fresh key, with its entry; without the entry there is none."""
        with transaction.atomic():
            super().login(request, user)
            request.session[BEGAN] = int(time.time())
            who = known(request, cast(User, user))
            request.session[FROM] = [who.address, request.headers.get("User-Agent", "")[:300]]
            signin.signed_in(cast(User, user), who)

    def logout(self, request: HttpRequest) -> None:
        """End the session, with its entry."""
        user = request.user
        if isinstance(user, User):
            signin.signed_out(user, known(request, user))
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """One's own new password; all other sessions end."""
        with transaction.atomic():
            super().set_password(user, password)
            end_sessions(cast(User, user), but=self.request.session.session_key)
            signin.password_changed(cast(User, user), known(self.request, cast(User, user)))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's own account."""
        return reverse("account_settings")

"""What allauth.mfa tells by its own signals, after its commit, and the audit log must hear.

Imported with the URLs, since only behind them it is sent.
"""

from typing import Any

from allauth.mfa import signals
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import signin
from accounts.models import User
from dashboard.pages.signin.who import known, stranger


@receiver(signals.authentication_failed)
def code_was_wrong(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A right password, then a wrong code."""
    signin.failed(stranger(request), email=user.email, why="wrong code of the second factor")


@receiver(signals.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Somebody protected their account."""
    signin.factor_changed(user, known(request, user), what=f"{authenticator.type} added")


@receiver(signals.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Somebody took the protection off."""
    signin.factor_changed(user, known(request, user), what=f"{authenticator.type} removed")


@receiver(signals.authenticator_reset)
def factor_renewed(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Fresh recovery codes."""
    signin.factor_changed(user, known(request, user), what=f"{authenticator.type} renewed")

"""Audit entries for wrong codes, from a signal of allauth.mfa.

Changes of factors are compared instead (accounts.factors): some signals come after the commit. urls.py
imports this module, since the signal comes only from those views.
"""

from typing import Any

from allauth.mfa import signals
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import signin
from accounts.models import User
from dashboard.furniture.who import stranger


@receiver(signals.authentication_failed)
def code_was_wrong(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Log a wrong code after a right password."""
    signin.sign_in_failed(
        stranger(request), email=user.email, why="wrong code of the second factor"
    )

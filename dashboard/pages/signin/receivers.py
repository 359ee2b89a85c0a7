"""What allauth.mfa tells by a signal of its own, and the audit log must hear: codes that were wrong.

Changes of factors are compared instead (accounts.factors), since some signals come after the commit.
Imported with the URLs, since only behind them it is sent.
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
    """A right password, then a wrong code."""
    signin.sign_in_failed(
        stranger(request), email=user.email, why="wrong code of the second factor"
    )

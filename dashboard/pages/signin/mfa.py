"""The second factor: allauth's TOTP and recovery codes, their secrets sealed with web's own key."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateForm
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from nacl import utils
from nacl.encoding import Base64Encoder, HexEncoder
from nacl.secret import SecretBox

from audit.keys import write_once
from dashboard.pages.signin.forms import Dressed


@lru_cache(maxsize=1)
def _box(path: Path) -> SecretBox:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, utils.random(SecretBox.KEY_SIZE).hex())
    return SecretBox(path.read_bytes().strip(), HexEncoder)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Named by MFA_ADAPTER."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code is not right, or its time is over. Wait for the next one; if none is"
            " taken, check the clock of your phone, or use a recovery code."
        ),
    }

    def encrypt(self, text: str) -> str:
        """`text` sealed with the key in HAULOUT_SIGNIN_KEY_FILE, Base64."""
        box = _box(settings.HAULOUT_SIGNIN_KEY_FILE)
        return box.encrypt(text.encode(), encoder=Base64Encoder).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The counterpart of `encrypt`."""
        box = _box(settings.HAULOUT_SIGNIN_KEY_FILE)
        return box.decrypt(encrypted_text.encode(), encoder=Base64Encoder).decode()


class _CodeForm(Dressed):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}


class AuthenticateForm(_CodeForm, AllauthAuthenticateForm):  # type: ignore[misc]
    """The code while signing in."""


class ReauthenticateForm(_CodeForm, AllauthReauthenticateForm):  # type: ignore[misc]
    """The code before something delicate."""


class ActivateForm(_CodeForm, AllauthActivateForm):  # type: ignore[misc]
    """The first code of a fresh authenticator."""

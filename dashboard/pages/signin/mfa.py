"""Second factors: allauth's TOTP and recovery codes, with secrets sealed by web's own key."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateForm
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from nacl import utils
from nacl.encoding import Base64Encoder, HexEncoder
from nacl.secret import SecretBox

from accounts import signin
from accounts.models import User
from audit.keys import write_once
from dashboard.furniture.forms import StyledForm
from dashboard.furniture.who import stranger
from dashboard.pages.signin.sessions import browser_of

# how long a code fits: its own period and the tolerated ones on each side.
# allauth remembers a used code for one period only
_FITS_S = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)


@lru_cache(maxsize=1)
def _box(path: Path) -> SecretBox:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, utils.random(SecretBox.KEY_SIZE).hex())
    return SecretBox(path.read_bytes().strip(), HexEncoder)


def now() -> str:
    """The server's time in UTC, which codes are made from: "12:34:56"."""
    return datetime.fromtimestamp(time.time(), UTC).strftime("%H:%M:%S")


def wrong_code() -> str:
    """The error for a wrong code. It says the server's time, since codes depend on it."""
    return gettext(
        "This code is wrong or expired. Here it is %(now)s UTC: if your phone's clock is off "
        "by more than half a minute, its codes do not work; set its clock to automatic. "
        "Otherwise wait for the next code."
    ) % {"now": now()}


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Set by MFA_ADAPTER."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("This is wrong.")}

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """allauth's error; for a wrong code the one with the server's time."""
        if code == "incorrect_code":
            return ValidationError(wrong_code(), code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the request's host name, under Haulout's title."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's
        """The proposed name of a new passkey."""
        return browser_of(self.request.headers.get("User-Agent", ""))

    def encrypt(self, text: str) -> str:
        """`text` sealed with the key in HAULOUT_SIGNIN_KEY_FILE, as Base64."""
        box = _box(settings.HAULOUT_SIGNIN_KEY_FILE)
        return box.encrypt(text.encode(), encoder=Base64Encoder).decode()

    def decrypt(self, encrypted_text: str) -> str:
        box = _box(settings.HAULOUT_SIGNIN_KEY_FILE)
        return box.decrypt(encrypted_text.encode(), encoder=Base64Encoder).decode()


class _CodeForm(StyledForm):
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}

    def clean_code(self) -> str:
        """The checked code. Each code counts once; too many tries are refused and logged."""
        spent = f"haulout-code-{self.user.pk}-{normalize_user_code(self.cleaned_data['code'])}"[
            :200
        ]
        if cache.get(spent):
            # the check goes on: the try is counted and logged
            self.cleaned_data["code"] = ""
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            cache.set(spent, True, _FITS_S)
            return code
        except ValidationError as trouble:
            if trouble.code in ("too_many_login_attempts", "rate_limited"):
                signin.sign_in_limited(stranger(context.request), email=self.user.email)
            elif not self.has_app():
                raise ValidationError(
                    gettext("This recovery code is wrong, or was used before."),
                    code=trouble.code,
                ) from trouble
            raise

    def has_app(self) -> bool:
        """True when the person has an authenticator app; else only recovery codes count."""
        apps = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP)
        return bool(apps.exists())


class AuthenticateForm(_CodeForm, AllauthAuthenticateForm):  # type: ignore[misc]
    """A code during sign-in."""


class ReauthenticateForm(_CodeForm, AllauthReauthenticateForm):  # type: ignore[misc]
    """A code before a delicate change."""


class ActivateForm(_CodeForm, AllauthActivateForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""

    def has_app(self) -> bool:
        return True

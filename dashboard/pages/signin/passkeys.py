"""Passkeys: forms for a browser's answer, and addresses where browsers refuse passkeys.

A passkey is a second factor. With the owner's finger, face or PIN it signs in alone.
"""

import ipaddress
import struct
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm as AllauthAuthenticateForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditForm
from allauth.mfa.webauthn.forms import LoginWebAuthnForm as AllauthLoginForm
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as AllauthReauthenticateForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, CollectedClientData, RegistrationResponse

from accounts import signin
from accounts.factors import accept_counter
from dashboard.furniture.forms import StyledForm
from dashboard.furniture.who import stranger

# errors of the decoders on a hostile answer
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)


def passkey_refusal(request: HttpRequest) -> str:
    """Why browsers refuse passkeys at this request's address; "" when they accept them."""
    name = urlsplit(f"//{request.get_host()}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return ""
    if address := _address(name):
        cure = gettext("Open Haulout by its name, over https.")
        if address.is_loopback:
            # the same machine by name
            port = urlsplit(f"//{request.get_host()}").port
            here = f"{request.scheme}://localhost{f':{port}' if port else ''}/"
            cure = gettext("Open %(here)s instead.") % {"here": here}
        words = gettext(
            "Browsers keep passkeys for a host name, and this page was opened by IP address "
            "(%(name)s). %(cure)s"
        )
        return words % {"name": name, "cure": cure}
    if not request.is_secure():
        return gettext(
            "Browsers allow passkeys only over https or on localhost, and this page came over "
            "plain http from %(name)s. Open Haulout over https."
        ) % {"name": name}
    return ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


class _CredentialField(forms.JSONField):
    """A browser's answer as JSON."""

    def to_python(self, value: Any) -> Any:
        """As Django's, but deeply nested brackets are an error and not a crash."""
        try:
            return super().to_python(value)
        except RecursionError as deep:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from deep


class AddForm(StyledForm, AllauthAddForm):  # type: ignore[misc]
    """A new passkey and its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the device tells whether the passkey can sign in alone
        self.fields.pop("passwordless", None)
        self.fields["credential"] = _CredentialField(widget=forms.HiddenInput)
        self.fields["name"] = _name_field()

    def clean(self) -> dict[str, Any]:
        try:
            cleaned = cast(dict[str, Any], super().clean())
            if given := cleaned.get("credential"):
                _require_our_origin(RegistrationResponse.from_dict(given).response.client_data)
            return cleaned
        except (ValidationError, *_UNREADABLE) as trouble:
            raise ValidationError(
                gettext("The browser sent no matching passkey. Try again.")
            ) from trouble


def _require_our_origin(said: CollectedClientData) -> None:
    """Raise ValueError when the answer belongs to another page or to a foreign frame."""
    here = f"{context.request.scheme}://{context.request.get_host()}"
    if said.origin not in (here, *settings.CSRF_TRUSTED_ORIGINS) or said.cross_origin:
        raise ValueError("it was asked for by another page")


class EditForm(StyledForm, AllauthEditForm):  # type: ignore[misc]
    """A passkey's new name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field()


class _CredentialForm:
    """What the three forms with a passkey's answer share."""

    cleaned_data: dict[str, Any]
    fields: dict[str, forms.Field]
    passwordless: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = _CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        """The passkey that answered. All errors read the same."""
        given = self.cleaned_data["credential"]
        why = "a passkey that does not fit"
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
            answer = AuthenticationResponse.from_dict(given).response
            _require_our_origin(answer.client_data)
            # a challenge after a password does not verify the owner
            if self.passwordless and not answer.authenticator_data.is_user_verified():
                raise ValueError("it did not know its owner")
            if not accept_counter(found, answer.authenticator_data.counter):
                why = "a passkey whose counter went back: there may be a copy of it"
                raise ValueError(why)
            return found
        except (ValidationError, *_UNREADABLE) as trouble:
            if getattr(trouble, "code", "") == "too_many_login_attempts":
                signin.sign_in_limited(stranger(context.request), email=self._whose())
                raise
            # each challenge takes one answer
            auth.clear_state()
            signin.sign_in_failed(stranger(context.request), email=self._whose(), why=why)
            raise ValidationError(
                gettext(
                    "This passkey does not work: it is unknown or removed, or its answer came too "
                    "late. Try again, or sign in another way."
                ),
                code="incorrect_code",
            ) from trouble

    def _whose(self) -> str:
        user = getattr(self, "user", None)
        return user.email if user else "unknown passkey"


class AuthenticateForm(_CredentialForm, AllauthAuthenticateForm):  # type: ignore[misc]
    """A passkey after the password."""


class LoginForm(_CredentialForm, AllauthLoginForm):  # type: ignore[misc]
    """A passkey alone."""


class ReauthenticateForm(_CredentialForm, AllauthReauthenticateForm):  # type: ignore[misc]
    """A passkey before a delicate change."""


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("A name for it: the device, or where you keep it."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

"""Passkeys: the forms round what a browser answers, and where the browser would refuse to.

A passkey is a second factor; with the owner's finger, face or PIN it also signs in alone.
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

# what a hostile answer may make the decoders raise
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)


def refused_here(request: HttpRequest) -> str:
    """Why a browser would take no passkey for the address of this request; empty when it would."""
    name = urlsplit(f"//{request.get_host()}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return ""
    if address := _address(name):
        cure = gettext("Open Haulout by its name, over https.")
        if address.is_loopback:
            # the same machine, by the name that it always has
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


class _Answer(forms.JSONField):
    """What a browser answers, in JSON."""

    def to_python(self, value: Any) -> Any:
        """As Django's, which lets brackets in brackets without an end fail the page."""
        try:
            return super().to_python(value)
        except RecursionError as deep:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from deep


class AddForm(StyledForm, AllauthAddForm):  # type: ignore[misc]
    """A fresh passkey and its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # whether it can sign in alone is the device's to say, not a question to a person
        self.fields.pop("passwordless", None)
        self.fields["credential"] = _Answer(widget=forms.HiddenInput)
        self.fields["name"] = _name_field()

    def clean(self) -> dict[str, Any]:
        """The browser's answer, judged."""
        try:
            cleaned = cast(dict[str, Any], super().clean())
            if given := cleaned.get("credential"):
                _must_be_ours(RegistrationResponse.from_dict(given).response.client_data)
            return cleaned
        except (ValidationError, *_UNREADABLE) as trouble:
            raise ValidationError(
                gettext("The browser sent no matching passkey. Try again.")
            ) from trouble


def _must_be_ours(said: CollectedClientData) -> None:
    """ValueError for an answer to another page: a neighbour below our name, a frame of somebody else."""
    here = f"{context.request.scheme}://{context.request.get_host()}"
    if said.origin not in (here, *settings.CSRF_TRUSTED_ORIGINS) or said.cross_origin:
        raise ValueError("it was asked for by another page")


class EditForm(StyledForm, AllauthEditForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field()


class _Judged:
    """What the three forms that take a passkey's answer have in common."""

    cleaned_data: dict[str, Any]
    fields: dict[str, forms.Field]
    passwordless: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = _Answer(widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        """The passkey that answered. Whatever is wrong with it, a person reads the same."""
        given = self.cleaned_data["credential"]
        why = "a passkey that does not fit"
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
            answer = AuthenticationResponse.from_dict(given).response
            _must_be_ours(answer.client_data)
            # the question may have been put after a password, where knowing the owner is not asked for
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
            # each question is for one answer
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


class AuthenticateForm(_Judged, AllauthAuthenticateForm):  # type: ignore[misc]
    """A passkey after the password."""


class LoginForm(_Judged, AllauthLoginForm):  # type: ignore[misc]
    """A passkey alone."""


class ReauthenticateForm(_Judged, AllauthReauthenticateForm):  # type: ignore[misc]
    """A passkey before something delicate."""


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("A name for it: the device, or where you keep it."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

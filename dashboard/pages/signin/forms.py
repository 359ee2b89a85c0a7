"""Forms of sign-in and of one's own account.

allauth has no types, hence the ignores at its subclasses.
"""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.core import context
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import token_actions, tokens
from accounts.models import Token
from dashboard.furniture.forms import StyledForm, password_help
from dashboard.furniture.who import known_user


class SignInForm(StyledForm, LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email")
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}
        self.fields["password"].help_text = ""


class ChangePasswordForm(StyledForm, AllauthChangePasswordForm):  # type: ignore[misc]
    """The old password, the new one twice, and whether to revoke the person's API tokens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = password_help()
        self.fields["password2"].label = _("Repeat new password")
        own = Token.objects.filter(tokens.in_force(), user=self.user).count()
        if own:
            words = ngettext(
                "Revoke my %d API token or SSH key too",
                "Revoke all of my %d API tokens and SSH keys too",
                own,
            )
            self.fields["revoke_tokens"] = forms.BooleanField(
                label=words % own,
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
                help_text=_(
                    "A new password does not end them: tick this if somebody else may know one."
                ),
            )

    def save(self) -> None:
        """Change the password and revoke tokens in one transaction."""
        with transaction.atomic():
            super().save()
            if self.cleaned_data.get("revoke_tokens"):
                token_actions.revoke_all(known_user(context.request, self.user), user=self.user)


class ReauthenticateForm(StyledForm, AllauthReauthenticateForm):  # type: ignore[misc]
    """The password, before a delicate change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs["autofocus"] = True


class NameForm(StyledForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What others and the audit log show."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

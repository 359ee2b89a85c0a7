"""Forms of a newcomer. Errors of accounts.actions go beside their field."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import StyledForm, password_help


class PasswordForm(StyledForm):
    """A new password, twice."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Repeat password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = password_help()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "password" in given and "again" in given and given["password"] != given["again"]:
            self.add_error("again", _("The two passwords differ. Type the same password twice."))
        return given

    def options(self) -> dict[str, str]:
        """Arguments of accounts.actions."""
        return {name: value for name, value in self.cleaned_data.items() if name != "again"}

    def add_problems(self, problem: ValidationError) -> None:
        """Show each error beside its field, or above the form."""
        found = problem.error_dict if hasattr(problem, "error_dict") else {"": problem.error_list}
        for field, errors in found.items():
            self.add_error(field if field in self.fields else None, errors)


class JoinForm(PasswordForm):
    """Name and password of an invited person."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What others and the audit log show."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    field_order = ["name", "password", "again"]


class FirstAdminForm(JoinForm):
    """The first administrator of a new Haulout."""

    email = forms.EmailField(
        label=_("Email"),
        help_text=_("You sign in with it. Haulout sends no mail."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    field_order = ["name", "email", "password", "again"]

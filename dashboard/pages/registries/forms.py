"""Forms of a registry credential. The password is sealed at once and never rendered back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import PLAIN, StyledForm
from hosts.actions.registries.edit_registry import RegistryRefused
from hosts.models import Group


class PasswordForm(StyledForm):
    """User name and password."""

    username = forms.CharField(
        label=_("User name"), max_length=255, widget=forms.TextInput(attrs=PLAIN)
    )
    password = forms.CharField(
        label=_("Password or token"),
        strip=False,
        max_length=8192,
        help_text=_("Encrypted at once. It is sent with each pull and never stored on a host."),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    def refuse(self, trouble: RegistryRefused) -> None:
        """Show an error beside the field it names."""
        self.add_error(trouble.field if trouble.field in self.fields else None, trouble.message)


class CredentialForm(PasswordForm):
    """A registry, a group, user name and password."""

    registry = forms.CharField(
        label=_("Registry"),
        max_length=255,
        help_text=_("As in an image's name: quay.io, registry.example.org:5000/team."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    group = forms.ModelChoiceField(
        label=_("For"),
        queryset=Group.objects.all(),
        required=False,
        empty_label=_("every host"),
    )
    field_order = ["registry", "group", "username", "password"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the label must not say optional: “every host” is a choice
        self.fields["group"].widget.is_required = True

"""The invitation and the role."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team
from dashboard.pages.signin.forms import Dressed


class RoleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Roles with what they permit."""

    def label_from_instance(self, obj: Role) -> str:
        """The role's name and one line about it."""
        return f"{obj.label}: {obj.describes}" if obj.describes else obj.label


class RoleForm(Dressed):
    """A role, by its name."""

    role = RoleChoice(
        label=_("Role"),
        queryset=Role.objects.all(),
        to_field_name="name",
        empty_label=None,
        initial="viewer",
    )


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    role = RoleChoice(
        label=_("Role"),
        queryset=Role.objects.all(),
        to_field_name="name",
        empty_label=None,
        initial="viewer",
        help_text=_(
            "It applies to every host. As a member, they have what their teams have alone."
        ),
    )

    email = forms.EmailField(
        label=_("Email"),
        help_text=_("They will sign in with it. Haulout sends no mail: you pass the link on."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.all(),
        required=False,
        help_text=_("They are in them as soon as they join, and have what is granted to them."),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["email", "role", "teams"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].widget.attrs["class"] = "form-check-input"

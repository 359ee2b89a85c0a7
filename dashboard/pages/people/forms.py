"""Forms of an invitation and of a person's role."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team
from dashboard.furniture.forms import StyledForm
from dashboard.furniture.people import RoleChoice
from hosts.access.grant_rows import role_verbs
from hosts.models import Group


class RoleForm(StyledForm):
    role = RoleChoice(
        label=_("Role"),
        queryset=Role.objects.all(),
        to_field_name="name",
        empty_label=None,
        initial="viewer",
    )


class InviteForm(RoleForm):
    """An invitation. `groups`: groups of hosts to give a role on."""

    role = RoleChoice(
        label=_("Role"),
        queryset=Role.objects.all(),
        to_field_name="name",
        empty_label=None,
        initial="viewer",
        help_text=_(
            "It applies to every host. A member has only what their teams and grants give."
        ),
    )

    email = forms.EmailField(
        label=_("Email"),
        help_text=_("The person signs in with it. Haulout sends no mail: you pass the link on."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.all(),
        required=False,
        help_text=_("The person is in these teams, with their grants, from the moment they join."),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["email", "role", "teams"]

    def __init__(self, *args: Any, groups: Iterable[Group] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {f"on-{group.pk}": group for group in groups}
        # one read for all groups
        giving = Role.objects.all() if self.groups else ()
        self.roles = {role.name: role for role in giving if "host.view" in role_verbs(role)}
        for name, group in self.groups.items():
            self.fields[name] = forms.ChoiceField(
                label=group.name,
                choices=[("", "–"), *((role.name, role.label) for role in self.roles.values())],
                required=False,
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )

    @property
    def on_groups(self) -> list[forms.BoundField]:
        """The role field of each group."""
        return [self[name] for name in self.groups]

    @property
    def grants_open(self) -> bool:
        """True when a role is chosen for a group."""
        return any(field.value() for field in self.on_groups)

    def options(self) -> dict[str, Any]:
        """Arguments of hosts.actions.access.invited.invite. Call after is_valid."""
        chosen = self.cleaned_data
        grants = [
            (self.roles[chosen[name]], group) for name, group in self.groups.items() if chosen[name]
        ]
        return {"grants": grants, **{name: chosen[name] for name in ("email", "role", "teams")}}

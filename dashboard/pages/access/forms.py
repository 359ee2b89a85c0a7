"""Forms of a team, a role, a grant, and a grant's end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team, User
from accounts.team_actions import name_rule
from dashboard.furniture.forms import PLAIN, RefusalForm
from dashboard.furniture.names import GrantPlace, holder_named, place_named
from dashboard.furniture.people import RoleChoice
from dashboard.furniture.zone_form import ZoneForm
from hosts.access import Person
from hosts.access.grant_rows import role_verbs
from hosts.actions.access.grant_options import GrantOptions
from hosts.refusals import FieldRefusal

ENDS: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}


class NameForm(RefusalForm):
    """A name and a description."""

    name = forms.CharField(label=_("Name"), max_length=50, widget=forms.TextInput(attrs=PLAIN))
    words = forms.CharField(
        label=_("Purpose"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = name_rule()


class RoleForm(NameForm):
    """A role. The template draws the ticks of `verbs` itself."""

    verbs = forms.MultipleChoiceField(
        label=_("What it permits"), required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = _("What it permits, in one line")
        # the action refuses unknown verbs by name
        verbs = self.fields["verbs"]
        assert isinstance(verbs, forms.MultipleChoiceField)
        given = self.data.getlist("verbs") if hasattr(self.data, "getlist") else []
        verbs.choices = [(name, name) for name in given]

    @property
    def ticked(self) -> set[str]:
        """Names of the ticked verbs."""
        value = self["verbs"].value() or []
        return {str(name) for name in value}


class EndForm(ZoneForm):
    """When a grant ends, and why."""

    ends = forms.ChoiceField(
        label=_("Until"),
        choices=(
            ("never", _("no end")),
            ("1h", _("in one hour")),
            ("8h", _("in eight hours")),
            ("1d", _("in one day")),
            ("1w", _("in one week")),
            ("at", _("at a date and time")),
        ),
    )
    until = forms.DateTimeField(
        label=_("Time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"),
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        help_text=_("Shown beside the grant, and in the audit log."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def end(self) -> datetime | None:
        """When the grant ends; None: never. Raises HostRefused when the time is missing."""
        ends = self.cleaned_data["ends"]
        if ends in ENDS:
            return timezone.now() + ENDS[ends]
        if ends != "at":
            return None
        until: datetime | None = self.cleaned_data.get("until")
        if until is None:
            raise FieldRefusal("until", now_("Say when."))
        return until


class GrantForm(EndForm):
    """A grant. dashboard.furniture.names parses `to` and `where`."""

    to = forms.CharField(
        label=_("Who"),
        max_length=200,
        help_text=_("An email address, or a team as team:shop."),
        widget=forms.TextInput(attrs={**PLAIN, "list": "holders"}),
    )
    role = RoleChoice(
        label=_("Role"), queryset=Role.objects.none(), to_field_name="name", empty_label=None
    )
    where = forms.CharField(
        label=_("Where"),
        max_length=200,
        help_text=_("everywhere, group:prod, host:web1, or host:web1/anna for one endpoint."),
        widget=forms.TextInput(attrs={**PLAIN, "list": "places"}),
    )
    label = forms.CharField(
        label=_("Only containers with the label"),
        required=False,
        max_length=250,
        help_text=_(
            "app, or app=shop. People who create containers must then give them the label."
        ),
        widget=forms.TextInput(attrs=PLAIN),
    )
    names = forms.CharField(
        label=_("Only containers named"),
        required=False,
        max_length=200,
        help_text=_("A pattern: * is any text, ? is one character, as in shop-*."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    field_order = ("to", "role", "where", "label", "names", "ends", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        giving = [role.pk for role in Role.objects.all() if role_verbs(role)]
        field = self.fields["role"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Role.objects.filter(pk__in=giving)

    def options(self, person: Person) -> GrantOptions | None:
        """The grant that the form describes. None when something is wrong; the error stands beside its
        field.

        Call after is_valid.
        """
        try:
            to = holder_named(self.cleaned_data["to"])
            place: GrantPlace = place_named(person, self.cleaned_data["where"])
            return GrantOptions(
                role=self.cleaned_data["role"],
                user=to if isinstance(to, User) else None,
                team=to if isinstance(to, Team) else None,
                label=self.cleaned_data["label"],
                names=self.cleaned_data["names"],
                until=self.end(),
                reason=self.cleaned_data["reason"],
                **place,
            )
        except FieldRefusal as trouble:
            self.refuse(trouble)
            return None

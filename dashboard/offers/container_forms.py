"""The fields in dialogs of containers. Texts are judged by the actions that get them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.action_forms import DialogForm, line
from dashboard.furniture.inspect_tree import fetch
from hosts.actions.containers import wait_container
from hosts.actions.containers.update_container import LIMITS, POLICY
from hosts.actions.run.table import FIELDS, Kind
from hosts.actions.run.table.inspected import InspectedContainer
from hosts.models import InventoryRow
from hosts.podman import PodmanError, containers
from hosts.refusals import Refusal


class RenameForm(DialogForm):
    """The new name."""

    name = forms.CharField(label=_("New name"), max_length=200, widget=line())


class StopForm(DialogForm):
    """How long it may take."""

    timeout_s = forms.IntegerField(
        label=_("Seconds until it is killed"),
        min_value=0,
        max_value=3600,
        initial=10,
        help_text=_("0 kills it at once."),
    )


class WaitForm(DialogForm):
    """What is waited for."""

    condition = forms.ChoiceField(label=_("Until"), choices=wait_container.CONDITIONS)


class CommitForm(DialogForm):
    """The image's name and what stands in it."""

    name = forms.CharField(
        label=_("Name of the image"),
        max_length=300,
        widget=line("registry.example.org/team/app:1.2"),
        help_text=_("Without a registry it is local to the host: localhost/…"),
    )
    author = forms.CharField(label=_("Author"), required=False, max_length=200, widget=line())
    message = forms.CharField(label=_("Message"), required=False, max_length=500, widget=line())
    pause = forms.BooleanField(
        label=_("Pause it during the commit, so that its files do not change"),
        required=False,
        initial=True,
    )


class CheckpointForm(DialogForm):
    """What becomes of it, and of its connections."""

    leave_running = forms.BooleanField(label=_("Keep it running"), required=False)
    tcp = forms.BooleanField(label=_("Include open connections"), required=False)
    keep = forms.BooleanField(label=_("Keep CRIU's log files"), required=False)


class RestoreForm(DialogForm):
    """Whether its connections were frozen too."""

    tcp = forms.BooleanField(label=_("Include open connections"), required=False)
    keep = forms.BooleanField(label=_("Keep CRIU's log files"), required=False)


class LimitsForm(DialogForm):
    """The table's own fields."""

    def params(self) -> dict[str, Any]:
        """Texts by the names of fields."""
        return {"texts": self.cleaned_data}


def _control(name: str) -> forms.Field:
    field = FIELDS[name]
    if field.kind is Kind.CHOICE:
        choices = (("", _("unchanged")), *field.choices)
        return forms.ChoiceField(label=field.label, choices=choices, required=False)
    return forms.CharField(label=field.label, required=False, widget=line(field.hint))


LimitsForm.base_fields |= {name: _control(name) for name in (*LIMITS, *POLICY)}


def limits_now(row: InventoryRow) -> dict[str, Any]:
    """The limits that it has, asked of the host; nothing when it does not answer."""
    try:
        seen = InspectedContainer(fetch(row.endpoint, row.podman_id, containers.inspect))
    except PodmanError:
        return {}
    found = {}
    # the policy stays “as it is” unless somebody chooses: not every Podman changes it
    for name in LIMITS:
        try:
            found[name] = FIELDS[name].from_inspect(seen)
        except (AttributeError, TypeError, ValueError, Refusal):
            continue
    return found

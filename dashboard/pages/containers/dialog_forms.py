"""The forms of a container's dialogs. Texts are judged by the actions that get them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import Dressed
from dashboard.furniture.inspecting import fetch
from hosts.actions.containers import wait_container
from hosts.actions.containers.update_container import LIMITS, POLICY
from hosts.actions.run.table import FIELDS, Kind
from hosts.actions.run.table.seen import Seen
from hosts.models import InventoryRow
from hosts.podman import PodmanError, containers
from hosts.refused import Refusal

PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class DialogForm(Dressed):
    """Small, with ids of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="dialog-%s", **kwargs)
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs["aria-describedby"] = f"dialog-said-{name}"
            if isinstance(field.widget, forms.CheckboxInput):
                attrs["class"] = "form-check-input"
            if hint := attrs.pop("data-hint", ""):
                attrs["placeholder"] = hint
        first = next(iter(self.fields.values()))
        first.widget.attrs["autofocus"] = True


def _line(hint: str = "") -> forms.TextInput:
    return forms.TextInput(attrs=PLAIN | {"data-hint": hint})


class RenameForm(DialogForm):
    """The new name."""

    name = forms.CharField(label=_("New name"), max_length=200, widget=_line())


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
        widget=_line("registry.example.org/team/app:1.2"),
        help_text=_("Without a registry it is the host's own: localhost/…"),
    )
    author = forms.CharField(label=_("Author"), required=False, max_length=200, widget=_line())
    message = forms.CharField(label=_("Message"), required=False, max_length=500, widget=_line())
    pause = forms.BooleanField(
        label=_("Pause it meanwhile, so that its files do not change"), required=False, initial=True
    )


class CheckpointForm(DialogForm):
    """What becomes of it, and of its connections."""

    leave_running = forms.BooleanField(label=_("Leave it running"), required=False)
    tcp = forms.BooleanField(label=_("With its open connections"), required=False)
    keep = forms.BooleanField(label=_("Keep CRIU's own logs"), required=False)


class RestoreForm(DialogForm):
    """Whether its connections were frozen too."""

    tcp = forms.BooleanField(label=_("With its open connections"), required=False)
    keep = forms.BooleanField(label=_("Keep CRIU's own logs"), required=False)


class LimitsForm(DialogForm):
    """The table's own fields."""


def _control(name: str) -> forms.Field:
    field = FIELDS[name]
    if field.kind is Kind.CHOICE:
        choices = (("", _("leave as it is")), *field.choices)
        return forms.ChoiceField(label=field.label, choices=choices, required=False)
    return forms.CharField(label=field.label, required=False, widget=_line(field.hint))


LimitsForm.base_fields |= {name: _control(name) for name in (*LIMITS, *POLICY)}


def limits_now(row: InventoryRow) -> dict[str, Any]:
    """The limits that it has, asked of the host; nothing when it does not answer."""
    try:
        seen = Seen(fetch(row.endpoint, row.podman_id, containers.inspect))
    except PodmanError:
        return {}
    found = {}
    # the policy stays “as it is” unless somebody chooses: not every Podman changes it
    for name in LIMITS:
        try:
            found[name] = FIELDS[name].seen(seen)
        except (AttributeError, TypeError, ValueError, Refusal):
            continue
    return found

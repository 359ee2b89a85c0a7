"""The form of a freeze window."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import RefusalForm
from hosts.actions.guardrails.edit_freeze import FreezeOptions
from hosts.guardrails.freezes import zone_of
from hosts.models import FreezeWindow, Group

DAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
SEVERITIES = (
    ("refuse", _("Refuse: nothing may be changed")),
    ("ask", _("Ask: somebody else must approve each change")),
)
_LOCAL = "%Y-%m-%dT%H:%M"


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)


class FreezeForm(RefusalForm):
    """All times are by the clock of `zone`."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("People who are refused see it, such as “Friday evening”."),
    )
    words = forms.CharField(
        label=_("Why"), required=False, max_length=300, help_text=_("Shown with each refusal.")
    )
    severity = forms.ChoiceField(
        label=_("What it does"), choices=SEVERITIES, widget=forms.RadioSelect, initial="refuse"
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Where"),
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        help_text=_("The times are in this zone, such as Europe/Berlin; summer time is included."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Every week on"),
        choices=DAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_time = forms.TimeField(label=_("From"), required=False, widget=_clock())
    until_time = forms.TimeField(
        label=_("Until"),
        required=False,
        widget=_clock(),
        help_text=_("Earlier than the start means the next day."),
    )
    starts = forms.CharField(label=_("Or once, from"), required=False, widget=_moment())
    ends = forms.CharField(label=_("Until"), required=False, widget=_moment())
    verbs = forms.CharField(
        label=_("Only these verbs"),
        required=False,
        max_length=2000,
        help_text=_(
            "By name, such as container.remove image.prune. Empty: all verbs that change something."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    enabled = forms.BooleanField(label=_("Enabled"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.fields["groups"]
        assert isinstance(groups, forms.ModelMultipleChoiceField)
        groups.queryset = Group.objects.order_by("name")
        self.fields["enabled"].widget.attrs["class"] = "form-check-input"

    def clean(self) -> dict[str, Any]:
        """Convert `starts` and `ends` from the zone's clock to UTC."""
        cleaned = super().clean() or self.cleaned_data
        zone = str(cleaned.get("zone") or "UTC")
        if zone not in available_timezones():
            self.add_error("zone", _("There is no such time zone."))
            return cleaned
        for name in ("starts", "ends"):
            text = cleaned.get(name)
            try:
                cleaned[f"{name}_at"] = _read(text, zone) if text else None
            except ValueError:
                self.add_error(name, _("Write it like 2026-12-24T18:00."))
        return cleaned

    def options(self) -> FreezeOptions:
        given = self.cleaned_data
        return FreezeOptions(
            name=given["name"],
            words=given["words"],
            severity=given["severity"],
            groups=tuple(given["groups"]),
            verbs=tuple(given["verbs"].replace(",", " ").split()),
            zone=given["zone"],
            days=tuple(given["days"]),
            from_time=given["from_time"],
            until_time=given["until_time"],
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            enabled=given["enabled"],
        )


def _read(text: str, zone: str) -> datetime:
    return datetime.strptime(text[:16], _LOCAL).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def initial_of(row: FreezeWindow) -> dict[str, Any]:
    """The form's values of an existing window."""
    zone = zone_of(row)

    def local(moment: datetime | None) -> str:
        return moment.astimezone(zone).strftime(_LOCAL) if moment else ""

    return {
        "name": row.name,
        "words": row.words,
        "severity": row.severity,
        "groups": list(row.groups.values_list("pk", flat=True)),
        "zone": row.zone,
        "days": row.days,
        "from_time": row.from_time,
        "until_time": row.until_time,
        "starts": local(row.starts_at),
        "ends": local(row.ends_at),
        "verbs": " ".join(row.verbs),
        "enabled": row.enabled,
    }


def server_zone() -> str:
    """The server's time zone."""
    return timezone.get_default_timezone_name()

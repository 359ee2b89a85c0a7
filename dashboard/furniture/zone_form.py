"""Forms in which a time is typed. It is read in the time zone of the browser.

zone.js sends the browser's zone in a hidden field and says it beside the time. Without the script
it is the zone in which this Haulout runs, said the same way.
"""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.furniture.forms import RefusalForm


class ZoneForm(RefusalForm):
    """A form with `until`, typed by the clock of `zone`."""

    zone = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = str(self.data.get(self.add_prefix("zone"), "")) if self.is_bound else ""
        self.clock = _known(given)
        here = self.clock or ZoneInfo(timezone.get_current_timezone_name())
        words = _("In %(zone)s, where it is %(now)s.")
        now = timezone.localtime(timezone=here).strftime("%Y-%m-%d %H:%M")
        self.fields["until"].help_text = words % {"zone": here.key, "now": now}
        hidden = self.fields["zone"]
        hidden.initial = here.key
        hidden.widget.attrs |= {"data-zone-of": "until", "data-zone-words": words}
        moment = self.initial.get("until")
        if moment is not None and not self.is_bound:
            # for zone.js, which writes it anew by another clock
            self.fields["until"].widget.attrs["data-moment"] = moment.isoformat()

    def full_clean(self) -> None:
        """As Django's, with typed times read by the form's clock."""
        with timezone.override(self.clock):
            super().full_clean()

    def clean_zone(self) -> str:
        """An unknown zone is an error: the time would be read by another clock."""
        given: str = self.cleaned_data["zone"]
        if given and self.clock is None:
            self.add_error(None, _("There is no time zone %s here.") % given)
        return given


def _known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # a folder of zones is none either
        return None

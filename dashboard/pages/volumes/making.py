"""The page that makes a volume."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import Written
from dashboard.furniture.making import Making, MakingForm, line, lines
from hosts.access import Person
from hosts.actions.run import run_fields
from hosts.actions.volumes import create_volume
from hosts.jobs.ask import Order
from hosts.models import Job


class VolumeForm(MakingForm):
    """Host, name, driver, options, labels."""

    FOLDED = ("driver", "options", "labels")

    driver = forms.CharField(
        label=_("Driver"), required=False, max_length=60, initial="local", widget=line("local")
    )
    options = Written(
        run_fields.environment,
        label=_("Options"),
        strip=False,
        widget=lines("type=tmpfs\ndevice=tmpfs\no=size=64m", rows=3),
        help_text=_(
            "One name=value a line. With type=none, o=bind and device=/path the volume is that"
            " folder of the host. Values are sealed, and erased when the job ends."
        ),
    )
    field_order = ["endpoint", "name", "driver", "options", "labels"]


def _ask(person: Person, given: dict[str, Any]) -> Job:
    return create_volume.ask(person, given.pop("endpoint"), **given)


def _order(person: Person, given: dict[str, Any]) -> Order:
    return create_volume.order(person, given.pop("endpoint"), **given)


MAKING = Making(
    kind="volume",
    plural="volumes",
    rooms=_("Volumes"),
    title=_("Create a volume"),
    button=_("Create volume"),
    form=VolumeForm,
    ask=_ask,
    order=_order,
)

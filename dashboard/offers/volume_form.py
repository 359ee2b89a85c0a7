"""What the page asks that makes a volume."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.action_forms import CreateForm, code_line, code_lines
from dashboard.furniture.forms import ParsedField
from hosts.actions.run import run_fields


class VolumeForm(CreateForm):
    """Host, name, driver, options, labels."""

    FOLDED = ("driver", "options", "labels")

    driver = forms.CharField(
        label=_("Driver"), required=False, max_length=60, initial="local", widget=code_line("local")
    )
    options = ParsedField(
        run_fields.environment,
        label=_("Options"),
        strip=False,
        widget=code_lines("type=tmpfs\ndevice=tmpfs\no=size=64m", rows=3),
        help_text=_(
            "One name=value per line. With type=none, o=bind and device=/path the volume is that "
            "folder of the host. Values are encrypted, and erased when the job ends."
        ),
    )
    field_order = ["endpoint", "name", "driver", "options", "labels"]

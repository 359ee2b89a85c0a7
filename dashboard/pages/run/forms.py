"""The single fields of the run form. Each is judged by hosts.actions; nothing is judged here."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboard.pages.signin.forms import Dressed
from hosts.actions.images.references import Reference, parse_full
from hosts.actions.run import run_fields
from hosts.models import Endpoint
from hosts.models.hosts import State


class Written(forms.CharField):
    """Text that `read` turns into a value; its ValueError is the field's problem."""

    def __init__(self, read: Callable[[str], Any], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.read = read

    def clean(self, value: Any) -> Any:
        """The value that `read` makes."""
        text = super().clean(value)
        try:
            return self.read(text)
        except ValueError as exc:
            raise ValidationError(str(exc)) from exc


def _image(text: str) -> Reference | None:
    # an empty one is asked for when the form is sent, not while somebody types elsewhere
    return parse_full(text) if text else None


def _line(placeholder: str = "", *, options: str = "", mono: str = "mono") -> forms.TextInput:
    attrs = {"autocomplete": "off", "spellcheck": "false", "data-mono": mono}
    attrs |= {"data-hint": placeholder} if placeholder else {}
    return forms.TextInput(attrs=attrs | ({"list": options} if options else {}))


def endpoint_words(endpoint: Endpoint) -> str:
    """An endpoint in a choice: its name, how Podman runs there, and whether it is away."""
    words = [str(endpoint)]
    if endpoint.podman_version:
        words.append(f"Podman {endpoint.podman_version}")
    words.append(str(_("rootless")) if endpoint.rootless else str(_("as root")))
    if endpoint.state in (State.AWAY, State.STOPPED, State.CONNECTING):
        words.append(str(endpoint.get_state_display()))
    return " · ".join(words)


RESTART = (
    ("no", _("never")),
    ("on-failure", _("when it fails")),
    ("always", _("always")),
    ("unless-stopped", _("unless it was stopped")),
)
PULL = (
    ("missing", _("when it is not there")),
    ("always", _("always, for the newest")),
    ("never", _("never")),
)


class RunForm(Dressed):
    """All fields but the rows of ports and volumes (rows.py)."""

    endpoint = forms.TypedChoiceField(label=_("Host"), coerce=int)
    image = Written(
        _image,
        label=_("Image"),
        max_length=500,
        widget=_line("docker.io/library/nginx:latest", options="images-here"),
    )
    name = Written(
        run_fields.name,
        label=_("Name"),
        help_text=_("Podman makes one up where this is empty."),
        widget=_line("shop-web"),
    )
    command = Written(
        run_fields.command,
        label=_("Command"),
        help_text=_("Instead of the image's own; split as a shell does."),
        widget=_line(),
    )
    environment = Written(
        run_fields.environment,
        label=_("Environment"),
        strip=False,
        help_text=_("One NAME=value a line. Values are sealed, and erased when the job ends."),
        widget=forms.Textarea(
            attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false", "data-mono": "mono"}
        ),
    )
    restart = forms.ChoiceField(label=_("Restart"), choices=RESTART, required=False)
    tries = forms.IntegerField(
        label=_("Tries"), required=False, min_value=1, max_value=999_999, widget=_line("5")
    )
    memory = Written(run_fields.size_bytes, label=_("Memory"), widget=_line("512m"))
    cpus = Written(run_fields.cpus, label=_("CPUs"), widget=_line("0.5"))
    pids = Written(run_fields.pids, label=_("Processes"), widget=_line("2048"))
    network = Written(
        run_fields.network,
        label=_("Network"),
        widget=_line(options="networks-here"),
        help_text=_("Empty: Podman's default."),
    )
    pod = Written(run_fields.name, label=_("Pod"), widget=_line(options="pods-here"))
    userns = Written(
        run_fields.user_namespace,
        label=_("User namespace"),
        widget=_line(options="userns-modes"),
        help_text=_("keep-id: your account has the same number inside (rootless)."),
    )
    labels = Written(
        run_fields.labels,
        label=_("Labels"),
        help_text=_("One name=value a line."),
        widget=forms.Textarea(
            attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false", "data-mono": "mono"}
        ),
    )
    pull = forms.ChoiceField(label=_("Pull the image"), choices=PULL, required=False)
    tty = forms.BooleanField(label=_("Terminal (-t)"), required=False)
    interactive = forms.BooleanField(label=_("Keep its input open (-i)"), required=False)
    remove = forms.BooleanField(label=_("Remove it when it ends (--rm)"), required=False)

    def __init__(self, *args: Any, endpoints: Iterable[Endpoint], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="run-%s", **kwargs)
        endpoint = self.fields["endpoint"]
        assert isinstance(endpoint, forms.TypedChoiceField)
        endpoint.choices = [(one.pk, endpoint_words(one)) for one in endpoints]
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs["aria-describedby"] = f"said-{name}"
            if attrs.pop("data-mono", ""):
                attrs["class"] += " mono"
            if hint := attrs.pop("data-hint", ""):
                attrs["placeholder"] = hint
            if isinstance(field.widget, forms.CheckboxInput):
                attrs["class"] = "form-check-input"

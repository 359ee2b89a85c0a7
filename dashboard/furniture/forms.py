"""Base classes of forms: their look, refusals beside their fields, parsed text, a host to choose."""

from collections.abc import Callable
from typing import Any

import structlog
from django import forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from dashboard.furniture.link_words import link_text
from hosts.control import ControlError
from hosts.link.errors import LinkError
from hosts.models import Endpoint
from hosts.models.hosts import State
from hosts.refusals import FieldRefusal, Refusal

log = structlog.get_logger(__name__)
INPUT = "form-control"
# attributes of an input for names and addresses, which no keyboard may correct
PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
# which field of the first step a kind of the link's error belongs to
_FIELDS = {
    "port-closed": "port",
    "port-invalid": "port",
    "not-ssh": "port",
    "turned-away": "port",
    "password-refused": "password",
    "password-not-offered": "password",
    "key-passphrase": "passphrase",
}


class StyledForm(forms.Form):
    """A form whose inputs wear the classes of our pages; labels stand above, not inside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
            elif isinstance(field.widget, forms.RadioSelect):
                field.widget.attrs["class"] = "form-check-input"
            elif not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = INPUT
            field.widget.attrs.pop("placeholder", None)


def note_refusal(trouble: FieldRefusal | ControlError | LinkError) -> None:
    """To the log, as it is shown: cause and cure. No refusal quotes a key or a password."""
    log.info("host not taken", kind=trouble.kind, why=str(trouble))


def refusal_text(trouble: FieldRefusal | ControlError | LinkError) -> str:
    """Cause and cure in the reader's language; a form's error and a toast have nothing to fold."""
    happened = trouble.message if isinstance(trouble, FieldRefusal) else trouble.cause
    return f"{link_text(str(happened)).whole} {link_text(str(trouble.cure)).text}".strip()


class RefusalForm(StyledForm):
    """A form that shows the domain's refusals beside their fields."""

    def refuse(self, trouble: FieldRefusal | ControlError | LinkError, *, field: str = "") -> None:
        """Show a refusal beside the field it names, or above all where there is no such field."""
        if isinstance(trouble, FieldRefusal):
            name = field or trouble.field
        else:
            name = _FIELDS.get(trouble.kind, field)
        note_refusal(trouble)
        self.add_error(name if name in self.fields else None, refusal_text(trouble))


class ParsedField(forms.CharField):
    """Text that `read` turns into a value; its Refusal is the field's problem."""

    def __init__(self, read: Callable[[str], Any], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.read = read

    def clean(self, value: Any) -> Any:
        """The value that `read` makes."""
        text = super().clean(value)
        try:
            return self.read(text)
        except Refusal as exc:
            raise ValidationError(str(exc)) from exc


def endpoint_words(endpoint: Endpoint) -> str:
    """An endpoint in a choice: its name, how Podman runs there, and whether it is away."""
    words = [str(endpoint)]
    if endpoint.podman_version:
        words.append(f"Podman {endpoint.podman_version}")
    words.append(gettext("rootless") if endpoint.rootless else gettext("as root"))
    if endpoint.state in (State.AWAY, State.STOPPED, State.CONNECTING):
        words.append(str(endpoint.get_state_display()))
    return " · ".join(words)


def password_help() -> str:
    """What a password must be like, in one line; the length is the validator's own."""
    least = next(
        (
            validator.min_length
            for validator in get_default_password_validators()
            if isinstance(validator, MinimumLengthValidator)
        ),
        0,
    )
    return gettext(
        "At least %(least)d characters; not a common password, not similar to your name."
    ) % {"least": least}

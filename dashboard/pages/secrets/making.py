"""The pages that make a secret and that give one another value. The value is never sent back."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.making import PLAIN, Making, MakingForm
from hosts.access import Person
from hosts.actions.secrets import create_secret
from hosts.models import Batch, Job


class Value(forms.CharField):
    """The value as text; what was typed is not rendered again."""

    def __init__(self) -> None:
        attrs = PLAIN | {"rows": 4, "data-mono": "mono"}
        super().__init__(
            label=_("Value"),
            required=False,
            strip=False,
            widget=forms.Textarea(attrs=attrs),
            help_text=_(
                "Sealed at once, sent to the host, then erased here. Nobody reads it back."
            ),
        )

    def prepare_value(self, value: Any) -> str:
        """Nothing."""
        return ""


class ValueForm(MakingForm):
    """A value, typed or from a file."""

    value = Value()
    file = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("Its bytes as they are, up to 500 kB.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["value"].widget
        widget.attrs["class"] += " veiled"
        # one of the two is, and the words for that stand here
        widget.is_required = True

    def clean(self) -> dict[str, Any]:
        """`value` as bytes; lines that a browser ended with CRLF end as in a file."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        file, text = given.pop("file", None), given.get("value") or ""
        if file is not None and text:
            self.add_error("value", _now("Type a value or choose a file, not both."))
        given["value"] = file.read() if file is not None else text.replace("\r\n", "\n").encode()
        return given


class SecretForm(ValueForm):
    """Hosts, name, value, labels."""

    endpoints = forms.TypedMultipleChoiceField(
        label=_("Hosts"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose where it is to be.")},
    )
    field_order = ["endpoints", "name", "value", "file", "labels"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["endpoint"]


class ReplaceForm(ValueForm):
    """The value alone."""

    FOLDED = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("endpoint", "name", "labels"):
            del self.fields[name]


def _ask(person: Person, given: dict[str, Any]) -> Job | Batch:
    endpoints = given.pop("endpoints")
    if len(endpoints) == 1:
        return create_secret.ask(person, endpoints[0], **given)
    return create_secret.ask_many(person, endpoints, **given)


MAKING = Making(
    kind="secret",
    plural="secrets",
    rooms=_("Secrets"),
    title=_("Create a secret"),
    button=_("Create secret"),
    form=SecretForm,
    ask=_ask,
)

"""Forms that create a secret or replace its value. The value is never sent back."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.action_forms import CreateForm, code_lines


class Value(forms.CharField):
    """The value as text; what was typed is not rendered again."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Value"),
            required=False,
            strip=False,
            widget=code_lines(rows=4),
            help_text=_(
                "Encrypted at once, sent to the host, then erased here. Nobody can read it here "
                "again."
            ),
        )

    def prepare_value(self, value: Any) -> str:
        """Nothing."""
        return ""


class ValueForm(CreateForm):
    """A value, typed or from a file."""

    value = Value()
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("The file's bytes unchanged, up to 500 kB."),
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
            self.add_error("value", _now("Enter a value or choose a file, not both."))
        given["value"] = file.read() if file is not None else text.replace("\r\n", "\n").encode()
        return given


class SecretForm(ValueForm):
    """Hosts, name, value, labels."""

    endpoints = forms.TypedMultipleChoiceField(
        label=_("Hosts"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a host.")},
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

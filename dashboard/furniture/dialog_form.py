"""Forms in dialogs."""

from typing import Any

from django import forms

from dashboard.furniture.forms import Dressed
from hosts.actions.refused import HostRefused

PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def line(hint: str = "") -> forms.TextInput:
    """A text input."""
    return forms.TextInput(attrs=PLAIN | {"data-hint": hint})


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

    def params(self) -> dict[str, Any]:
        """What the action is asked with."""
        return self.cleaned_data

    def refuse(self, refused: HostRefused) -> None:
        """Show a refusal beside the field it names."""
        words = f"{refused.message} {refused.cure}".strip()
        self.add_error(refused.field if refused.field in self.fields else None, words)

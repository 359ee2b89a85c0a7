"""Forms that ask for an action: in a dialog about one object, or on a page that creates one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import PLAIN, ParsedField, StyledForm, endpoint_words
from hosts.actions.run import run_fields
from hosts.models import Endpoint
from hosts.refusals import FieldRefusal


def line(hint: str = "") -> forms.TextInput:
    """A text input."""
    return forms.TextInput(attrs=PLAIN | {"data-hint": hint})


def code_line(hint: str = "") -> forms.TextInput:
    """A text input in mono."""
    return forms.TextInput(attrs=PLAIN | {"data-mono": "mono", "data-hint": hint})


def code_lines(hint: str = "", rows: int = 2) -> forms.Textarea:
    """A text area in mono, one entry a line."""
    attrs = {"data-mono": "mono", "data-hint": hint, "rows": rows}
    return forms.Textarea(attrs=PLAIN | attrs)


class ActionForm(StyledForm):
    """Inputs with hints; a refusal stands beside the field it names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            attrs = field.widget.attrs
            if attrs.pop("data-mono", ""):
                attrs["class"] += " mono"
            if hint := attrs.pop("data-hint", ""):
                attrs["placeholder"] = hint
            if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                attrs["class"] = "form-check-input"

    def params(self) -> dict[str, Any]:
        """What the action is asked with; `endpoint` or `endpoints`, where it makes something."""
        return dict(self.cleaned_data)

    def refuse(self, refused: FieldRefusal) -> None:
        """Show a refusal beside the field it names."""
        words = f"{refused.message} {refused.cure}".strip()
        self.add_error(refused.field if refused.field in self.fields else None, words)


class DialogForm(ActionForm):
    """Small, with ids of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="dialog-%s", **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"dialog-said-{name}"
        first = next(iter(self.fields.values()))
        first.widget.attrs["autofocus"] = True


class CreateForm(ActionForm):
    """The host, the name, the labels; `FOLDED` fields stand in a fold below."""

    FOLDED: tuple[str, ...] = ("labels",)

    endpoint = forms.TypedChoiceField(label=_("Host"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=200, widget=code_line())
    labels = ParsedField(
        run_fields.labels,
        label=_("Labels"),
        help_text=_("One name=value per line."),
        widget=code_lines(),
    )

    def __init__(self, *args: Any, endpoints: Iterable[Endpoint] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="make-%s", **kwargs)
        # one host, or several where the form has `endpoints`
        for choice in (self.fields.get("endpoint"), self.fields.get("endpoints")):
            if isinstance(choice, forms.ChoiceField):
                choice.choices = [(one.pk, endpoint_words(one)) for one in endpoints]

    @property
    def shown(self) -> list[Any]:
        """The fields that stand open."""
        return [self[name] for name in self.fields if name not in self.FOLDED]

    @property
    def folded(self) -> list[Any]:
        """Those in the fold."""
        return [self[name] for name in self.fields if name in self.FOLDED]

    @property
    def folded_wrong(self) -> bool:
        """True when the fold hides a problem, and so must stand open."""
        return any(name in self.errors for name in self.FOLDED)

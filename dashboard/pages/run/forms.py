"""The run form's controls, made from the table of fields. hosts.actions judges their values."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import ParsedField, StyledForm, endpoint_words
from hosts.actions.images.references import Reference, parse_full
from hosts.actions.run import run_fields
from hosts.actions.run.table import FIELDS, Field, Kind
from hosts.models import Endpoint
from hosts.refusals import Refusal


def _image(text: str) -> Reference | None:
    # draft.read asks for a missing image when the form is sent
    return parse_full(text) if text else None


def _line(placeholder: str = "", *, options: str = "", mono: str = "mono") -> forms.TextInput:
    attrs = {"autocomplete": "off", "spellcheck": "false", "data-mono": mono}
    attrs |= {"data-hint": placeholder} if placeholder else {}
    return forms.TextInput(attrs=attrs | ({"list": options} if options else {}))


def _area(rows: int, placeholder: str = "") -> forms.Textarea:
    attrs = {"rows": rows, "autocomplete": "off", "spellcheck": "false", "data-mono": "mono"}
    return forms.Textarea(attrs=attrs | ({"data-hint": placeholder} if placeholder else {}))


def control(field: Field) -> forms.Field:
    """The form field for a field of the table."""
    common: dict[str, Any] = {"label": field.label, "help_text": field.help}
    if field.kind is Kind.TICK:
        return forms.BooleanField(required=False, label=field.label)
    if field.kind is Kind.CHOICE:
        choices = forms.Select(choices=field.choices)
        return ParsedField(_chosen(field), widget=choices, **common)
    if field.kind is Kind.LINES:
        return ParsedField(field.read, strip=False, widget=_area(2, field.hint), **common)
    return ParsedField(field.read, widget=_line(field.hint, options=field.offers), **common)


def _chosen(field: Field) -> Callable[[str], Any]:
    known = {value for value, _label in field.choices}

    def read(text: str) -> Any:
        if text and text not in known:
            raise Refusal(_("“%s” is not among the choices.") % text[:40])
        return field.read(text)

    return read


class RunForm(StyledForm):
    """All fields except the rows of ports and volumes (rows.py).

    `kept`: variables that may have no value, because the container has them.
    """

    endpoint = forms.TypedChoiceField(label=_("Host"), coerce=int)
    image = ParsedField(
        _image,
        label=_("Image"),
        max_length=500,
        widget=_line("docker.io/library/nginx:latest", options="images-here"),
    )
    environment = ParsedField(
        run_fields.environment,
        label=_("Environment"),
        strip=False,
        help_text=_("One NAME=value per line. Values are encrypted, and erased when the job ends."),
        widget=_area(4),
    )

    def __init__(
        self,
        *args: Any,
        endpoints: Iterable[Endpoint],
        kept: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id="run-%s", **kwargs)
        endpoint = self.fields["endpoint"]
        assert isinstance(endpoint, forms.TypedChoiceField)
        endpoint.choices = [(one.pk, endpoint_words(one)) for one in endpoints]
        environment = self.fields["environment"]
        assert isinstance(environment, ParsedField)
        environment.read = lambda lines: run_fields.environment(lines, kept=kept)
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs["aria-describedby"] = f"said-{name}"
            if attrs.pop("data-mono", ""):
                attrs["class"] += " mono"
            if hint := attrs.pop("data-hint", ""):
                attrs["placeholder"] = hint
            if isinstance(field.widget, forms.CheckboxInput):
                attrs["class"] = "form-check-input"


RunForm.base_fields |= {
    one.name: control(one) for one in FIELDS.values() if one.kind is not Kind.OWN
}

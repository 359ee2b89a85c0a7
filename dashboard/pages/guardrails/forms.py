"""The form of a rule: common fields, and one control for each setting of its kind."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.forms import PLAIN, RefusalForm
from hosts.actions.guardrails.edit_guardrail import LONGEST_NAME, LONGEST_WORDS, GuardrailOptions
from hosts.guardrails.kinds import Kind, Setting, Shape
from hosts.models import Group, Guardrail

# prefix of settings, so that none has the name of a common field
HEAD = "set_"
SEVERITIES = (
    ("refuse", _("Refuse: it is not done")),
    ("ask", _("Ask: somebody else must approve it")),
    ("warn", _("Warn: it is allowed, with a warning")),
)


class GuardrailForm(RefusalForm):
    """The form for rules of one kind."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("People who are refused see it, such as “No folders of the host”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=LONGEST_WORDS,
        help_text=_("Shown with each refusal: the reason, and whom to ask."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    severity = forms.ChoiceField(
        label=_("What it does"), choices=SEVERITIES, widget=forms.RadioSelect, initial="refuse"
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Where"),
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    enabled = forms.BooleanField(label=_("Enabled"), required=False, initial=True)

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for setting in kind.settings:
            self.fields[HEAD + setting.name] = _control(setting)
        groups = self.fields["groups"]
        assert isinstance(groups, forms.ModelMultipleChoiceField)
        groups.queryset = Group.objects.order_by("name")
        self.fields["enabled"].widget.attrs["class"] = "form-check-input"

    @property
    def settings(self) -> list[tuple[Setting, BoundField]]:
        """Each setting with its control."""
        return [(one, self[HEAD + one.name]) for one in self.kind.settings]

    def options(self) -> GuardrailOptions:
        given = self.cleaned_data
        values: dict[str, Any] = {}
        for setting in self.kind.settings:
            value = given[HEAD + setting.name]
            values[setting.name] = value.splitlines() if setting.shape is Shape.LINES else value
        return GuardrailOptions(
            name=given["name"],
            kind=self.kind.name,
            settings=values,
            severity=given["severity"],
            words=given["words"],
            groups=tuple(given["groups"]),
            enabled=given["enabled"],
        )

    def refuse(self, trouble: Any, *, field: str = "") -> None:
        """Show the error beside its field, also that of a setting."""
        own = HEAD + trouble.field
        super().refuse(trouble, field=field or (own if own in self.fields else ""))


def _control(setting: Setting) -> forms.Field:
    common: dict[str, Any] = {
        "label": setting.label,
        "help_text": setting.help,
        "required": False,
    }
    attrs = {**PLAIN, "placeholder": setting.example, "class": "form-control mono"}
    if setting.shape is Shape.TICK:
        box = forms.CheckboxInput(attrs={"class": "form-check-input"})
        return forms.BooleanField(widget=box, **common)
    if setting.shape is Shape.CHOICES:
        boxes = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
        return forms.MultipleChoiceField(choices=setting.choices, widget=boxes, **common)
    if setting.shape is Shape.LINE:
        return forms.CharField(max_length=300, widget=forms.TextInput(attrs=attrs), **common)
    area = forms.Textarea(attrs={**attrs, "rows": 3})
    return forms.CharField(max_length=60_000, widget=area, **common)


def initial_of(row: Guardrail, kind: Kind) -> dict[str, Any]:
    """The form's values of an existing rule."""
    found: dict[str, Any] = {
        "name": row.name,
        "words": row.words,
        "severity": row.severity,
        "groups": list(row.groups.values_list("pk", flat=True)),
        "enabled": row.enabled,
    }
    for setting in kind.settings:
        value = row.settings.get(setting.name)
        lines = setting.shape is Shape.LINES and isinstance(value, list)
        found[HEAD + setting.name] = "\n".join(map(str, value)) if lines else value
    return found

"""The page that makes an object on one host: a form, what was refused beside its field, the job.

Rooms of volumes, networks and secrets each declare a `Making`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.beside import Beside, beside, part, wanted
from dashboard.furniture.forms import Dressed, Written, endpoint_words
from dashboard.furniture.watching import go_watch
from dashboard.live.spec import Words
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, allows, visible_endpoints
from hosts.actions.refused import HostRefused
from hosts.actions.run import run_fields
from hosts.jobs.ask import Order
from hosts.models import Batch, Endpoint, Job

PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def line(hint: str = "") -> forms.TextInput:
    """A text input in mono."""
    return forms.TextInput(attrs=PLAIN | {"data-mono": "mono", "data-hint": hint})


def lines(hint: str = "", rows: int = 2) -> forms.Textarea:
    """A text area in mono, one entry a line."""
    attrs = {"data-mono": "mono", "data-hint": hint, "rows": rows}
    return forms.Textarea(attrs=PLAIN | attrs)


class MakingForm(Dressed):
    """The host, the name, the labels; `FOLDED` fields stand in a fold below."""

    FOLDED: tuple[str, ...] = ("labels",)

    endpoint = forms.TypedChoiceField(label=_("Host"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=200, widget=line())
    labels = Written(
        run_fields.labels, label=_("Labels"), help_text=_("One name=value a line."), widget=lines()
    )

    def __init__(self, *args: Any, endpoints: Iterable[Endpoint] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="make-%s", **kwargs)
        # one host, or several where the form has `endpoints`
        for choice in (self.fields.get("endpoint"), self.fields.get("endpoints")):
            if isinstance(choice, forms.ChoiceField):
                choice.choices = [(one.pk, endpoint_words(one)) for one in endpoints]
        for field in self.fields.values():
            attrs = field.widget.attrs
            if attrs.pop("data-mono", ""):
                attrs["class"] += " mono"
            if hint := attrs.pop("data-hint", ""):
                attrs["placeholder"] = hint
            if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                attrs["class"] = "form-check-input"

    def refuse(self, trouble: HostRefused) -> None:
        """Show a refusal beside the field it names."""
        words = f"{trouble.message} {trouble.cure}".strip()
        self.add_error(trouble.field if trouble.field in self.fields else None, words)

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


@dataclass(frozen=True, slots=True)
class Making:
    """`ask(person, cleaned data)` makes the job, or the batch; its HostRefused lands in the form.

    `order` says what it would ask for, so that the form shows before the click what stands in its way.
    """

    kind: str
    plural: str
    rooms: Words
    title: Words
    button: Words
    form: type[MakingForm]
    ask: Callable[[Person, dict[str, Any]], Job | Batch]
    note: Words = ""
    order: Callable[[Person, dict[str, Any]], Order] | None = None

    @property
    def verb(self) -> str:
        """`volume.create`."""
        return f"{self.kind}.create"


def make(making: Making) -> Callable[..., HttpResponse]:
    """The view: GET the form (?endpoint= is chosen), POST asks for the job."""

    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        person = person_of(request)
        access.require(person, making.verb, Target(kind=making.kind, name="any host"))
        endpoints = [
            one
            for one in visible_endpoints(person).select_related("host", "login")
            if allows(person, making.verb, one)
        ]
        if wanted(request):
            return part(request, _beside(making, person, request.POST, endpoints))
        if request.method == "POST":
            form = making.form(request.POST, request.FILES, endpoints=endpoints)
            if (asked := _asked(making, person, form)) is not None:
                return go_watch(request, asked)
        else:
            chosen = request.GET.get("endpoint", "")
            start: dict[str, Any] = {}
            if chosen.isdecimal():
                start = {"endpoint": int(chosen), "endpoints": [chosen]}
            elif len(endpoints) == 1:
                start = {"endpoints": [str(endpoints[0].pk)]}
            form = making.form(initial=start, endpoints=endpoints)
        context = {
            "making": making,
            "form": form,
            "endpoints": endpoints,
            "list_url": reverse(f"{making.plural}:list"),
        }
        return render(request, "making/page.html", context)

    return view


def _beside(
    making: Making, person: Person, data: QueryDict, endpoints: list[Endpoint]
) -> Beside | None:
    """None while something is half written: what was said before stays."""
    if making.order is None:
        return None
    written = data.copy()
    # nothing that a rule says hangs on it, and it may come last
    written["name"] = data.get("name", "").strip() or "new"
    form = making.form(written, endpoints=endpoints)
    if not form.is_valid():
        return None
    try:
        return beside(person, making.verb, making.order(person, form.cleaned_data))
    except HostRefused:
        return None


def _asked(making: Making, person: Person, form: MakingForm) -> Job | Batch | None:
    if not form.is_valid():
        return None
    try:
        return making.ask(person, form.cleaned_data)
    except HostRefused as trouble:
        form.refuse(trouble)
        return None

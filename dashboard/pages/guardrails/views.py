"""Pages of guardrails. Reading needs `host.view`, changing `guardrail.edit`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.shapes import Target
from dashboard.furniture.change_preview import ask_first
from dashboard.furniture.names import where_of
from dashboard.pages.guardrails.forms import GuardrailForm, initial_of
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.access.visible_rules import visible_rules
from hosts.actions.guardrails import edit_guardrail
from hosts.actions.guardrails.edit_guardrail import GuardrailOptions
from hosts.guardrails import hits
from hosts.guardrails.existing import can_judge
from hosts.guardrails.hits import HitCounts
from hosts.guardrails.kinds import KINDS, Kind, Shape
from hosts.guardrails.starter_rules import STARTER_RULES
from hosts.models import Guardrail
from hosts.refusals import FieldRefusal

EVERY = Target(kind="guardrail", id="", name="")


@dataclass(frozen=True)
class RuleRow:
    """A rule of the list."""

    row: Guardrail
    kind: Kind | None
    settings: list[str]
    # None: not applied of late
    times: HitCounts | None = None


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules. Without any, a suggested set."""
    person = person_of(request)
    access.require(person, edit_guardrail.READ, EVERY)
    rows, times = _rows_for(person), hits.hit_counts()
    context = {
        "lines": [
            RuleRow(row, KINDS.get(row.kind), settings_in_words(row), times.get(row.pk))
            for row in rows
        ],
        "may_edit": access.allows(person, edit_guardrail.VERB),
        "suggested": [(KINDS[kind], name, words) for kind, name, words, _set in STARTER_RULES],
    }
    return render(request, "guardrails/list.html", context)


def _rows_for(person: Person) -> QuerySet[Guardrail]:
    return visible_rules(person, Guardrail.objects.all(), editing=edit_guardrail.VERB)


def settings_in_words(row: Guardrail) -> list[str]:
    """The rule's settings, one sentence each."""
    kind = KINDS.get(row.kind)
    found = []
    for setting in kind.settings if kind else ():
        value = row.settings.get(setting.name)
        if setting.shape is Shape.TICK and value is True:
            found.append(str(setting.label))
        elif setting.shape is Shape.CHOICES and isinstance(value, list):
            words = [str(label) for name, label in setting.choices if name in value]
            found.append(f"{setting.label}: {', '.join(words)}")
        elif value and setting.shape in (Shape.LINES, Shape.LINE):
            lines = value if isinstance(value, list) else [value]
            found.append(f"{setting.label}: {', '.join(map(str, lines))}")
    return found


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of rules to choose from."""
    access.require(person_of(request), edit_guardrail.VERB, EVERY)
    return render(request, "guardrails/kinds.html", {"kinds": KINDS.values()})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    person = person_of(request)
    access.require(person, edit_guardrail.VERB, EVERY)
    if kind not in KINDS:
        raise Http404
    chosen = KINDS[kind]
    form = GuardrailForm(request.POST or None, kind=chosen, initial={"name": str(chosen.label)})

    def change(wanted: GuardrailOptions) -> str:
        return _("“%s” applies from now on.") % edit_guardrail.make(person, wanted).name

    return _form(request, form, change)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, guardrail_id: int) -> HttpResponse:
    """One rule. POST changes it."""
    person = person_of(request)
    verb = edit_guardrail.VERB if request.method == "POST" else edit_guardrail.READ
    row = edit_guardrail.get_guardrail(person, guardrail_id, verb=verb)
    kind = KINDS.get(row.kind)
    may_edit = access.allows(person, edit_guardrail.VERB)
    if kind is None or not may_edit:
        row = get_object_or_404(_rows_for(person), pk=row.pk)
        line = RuleRow(row, kind, settings_in_words(row), hits.hit_counts().get(row.pk))
        context = {"line": line, "may_edit": may_edit, "judged": can_judge(row.kind)}
        return render(request, "guardrails/read.html", context)
    form = GuardrailForm(request.POST or None, kind=kind, initial=initial_of(row, kind))

    def change(wanted: GuardrailOptions) -> str:
        edit_guardrail.edit(person, row.pk, wanted)
        return _("Saved.")

    return _form(request, form, change, row)


def _form(
    request: HttpRequest,
    form: GuardrailForm,
    change: Callable[[GuardrailOptions], str],
    row: Guardrail | None = None,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, change(form.options()))
            return redirect("guardrails:list")
        except FieldRefusal as trouble:
            form.refuse(trouble)
    context: dict[str, Any] = {"form": form, "kind": form.kind, "row": row}
    context["judged"] = can_judge(form.kind.name)
    if row is not None:
        context["times"] = hits.hit_counts().get(row.pk)
    return render(request, "guardrails/page.html", context, status=422 if form.errors else 200)


@require_POST
def make_suggested(request: HttpRequest) -> HttpResponse:
    """Create the suggested set of rules."""
    person: Person = person_of(request)
    made = edit_guardrail.make_starter_rules(person)
    words = ngettext("%d rule was created.", "%d rules were created.", len(made)) % len(made)
    messages.success(request, words + " " + _("They warn until you make them stricter."))
    return redirect("guardrails:list")


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, guardrail_id: int) -> HttpResponse:
    """GET asks, and says what the rule did of late. POST removes it."""
    person = person_of(request)
    if request.method == "GET":
        row = edit_guardrail.get_guardrail(person, guardrail_id)
        met_words = render_to_string(
            "guardrails/met.html", {"times": hits.hit_counts().get(row.pk)}
        )
        told = {"met": " ".join(met_words.split()), "where": where_of(row)}
        words = _(
            "How often it applied: %(met)s. It applies to %(where)s. What it forbids is possible "
            "again at once. Its settings are lost. To keep them, disable it instead."
        )
        return ask_first(
            request,
            _("Remove the rule “%(name)s”?") % {"name": row.name},
            reverse("guardrails:remove", args=[row.pk]),
            _("Remove"),
            words=words % told,
        )
    name = edit_guardrail.remove(person, guardrail_id)
    messages.success(request, _("“%s” is removed.") % name)
    return redirect("guardrails:list")

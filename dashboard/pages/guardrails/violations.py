"""Objects that would break a rule now: for the rule's form and for its page."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from audit.shapes import Target
from dashboard.pages.guardrails.forms import GuardrailForm
from dashboard.person import person_of
from hosts import access
from hosts.access.visible_rules import visible_rules
from hosts.actions.guardrails import edit_guardrail
from hosts.guardrails.check import rule_of
from hosts.guardrails.existing import HOW, RuleBreakers, can_judge, existing_breakers
from hosts.guardrails.judge import Rule
from hosts.guardrails.kinds import KINDS, check_settings
from hosts.models import Guardrail
from hosts.refusals import FieldRefusal

EVERY = Target(kind="guardrail", id="", name="")


@dataclass(frozen=True, slots=True)
class Violations:
    """Context of guardrails/violations.html. `unfinished`: the form is not valid yet."""

    judges: bool
    how: Any = ""
    found: list[RuleBreakers] = field(default_factory=list)
    unfinished: bool = False


@require_POST
def of_form(request: HttpRequest, kind: str) -> HttpResponse:
    """Objects that would break the rule in the form. Saves nothing."""
    person = person_of(request)
    access.require(person, edit_guardrail.VERB, EVERY)
    if kind not in KINDS:
        raise Http404
    form = GuardrailForm(request.POST, kind=KINDS[kind])
    told = Violations(can_judge(kind), HOW.get(kind, ""), unfinished=True)
    if can_judge(kind) and form.is_valid():
        wanted = form.options()
        try:
            rule = Rule(wanted.name, kind, check_settings(kind, wanted.settings))
        except FieldRefusal:
            # the form shows it beside its field when it is sent
            return _part(request, told)
        found = existing_breakers(person, rule, wanted.groups or None)
        told = Violations(True, told.how, found)
    return _part(request, told)


@require_safe
def of_rule(request: HttpRequest, guardrail_id: int) -> HttpResponse:
    """Objects that would break this rule."""
    person = person_of(request)
    access.require(person, edit_guardrail.READ, EVERY)
    rows = visible_rules(person, Guardrail.objects.all(), editing=edit_guardrail.VERB)
    row = get_object_or_404(rows, pk=guardrail_id)
    if not can_judge(row.kind):
        return _part(request, Violations(judges=False))
    groups = None if row.everywhere else list(row.groups.all())
    return _part(
        request, Violations(True, HOW[row.kind], existing_breakers(person, rule_of(row), groups))
    )


def _part(request: HttpRequest, told: Violations) -> HttpResponse:
    return render(request, "guardrails/violations.html", {"told": told})

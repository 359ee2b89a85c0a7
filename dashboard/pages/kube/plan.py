"""The plan of a kube file: each object, and what happens to it on the chosen host."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.furniture.form_verdict import FormVerdict, form_verdict
from dashboard.words import Words
from hosts.access import Person, allows, visible_objects
from hosts.actions.images.references import parse
from hosts.actions.kube.kube_plan import KubePlan, PlannedObject
from hosts.actions.kube.play_kube import VERB, clashes, existing_objects, order_for
from hosts.models import Endpoint, Image
from hosts.models.inventory import LIVE

# what happens to an object
MADE, TAKEN, KEPT, REPLACED = "made", "taken", "kept", "replaced"
# kinds that a person who may play need not see
_MAY_BE_HIDDEN = ("volume", "secret")


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One planned object. `fate`: made, taken (blocks), kept or replaced."""

    planned: PlannedObject
    fate: str
    words: Words


@dataclass(frozen=True, slots=True)
class PlanPage:
    """`blocked`: why the file cannot be played. `down`: (kind, name) that a take-down would remove.

    `beside`: the verdict of the guardrails.
    """

    plan: KubePlan
    lines: list[PlanLine]
    pulls: list[str]
    blocked: str
    down: list[tuple[str, str]]
    endpoint: Endpoint
    form_verdict: FormVerdict


def plan_page(plan: KubePlan, endpoint: Endpoint, person: Person) -> PlanPage:
    """The plan from the inventory alone."""
    clashing = set(clashes(endpoint, plan))
    hidden = {kind for kind in _MAY_BE_HIDDEN if not allows(person, f"{kind}.view", endpoint)}
    lines = [_line(one, clashing, hidden) for one in plan.objects]
    short = [image for image in plan.images if parse(image).short]
    blocked = ""
    if any(line.fate == TAKEN for line in lines):
        blocked = _("Some names already exist: take them down first, or choose other names.")
    elif short:
        blocked = _("Add the registry to these image names: %s.") % ", ".join(short)
    return PlanPage(
        plan=plan,
        lines=lines,
        pulls=_pulls(plan, endpoint, person),
        blocked=blocked,
        down=[
            (kind, name)
            for kind, name in sorted(existing_objects(endpoint, plan.goes(volumes=True)))
            if kind in ("pod", "volume") and kind not in hidden
        ],
        endpoint=endpoint,
        form_verdict=form_verdict(person, VERB, order_for(endpoint, plan, text="", start=True)),
    )


def _line(one: PlannedObject, existing_objects: set[tuple[str, str]], hidden: set[str]) -> PlanLine:
    if one.kind in hidden:
        return PlanLine(one, MADE, _("new, unless the name exists"))
    if (one.kind, one.name) not in existing_objects:
        return PlanLine(one, MADE, _("new"))
    if one.kind == "volume":
        return PlanLine(one, KEPT, _("exists, is used unchanged"))
    if one.kind == "secret":
        return PlanLine(one, REPLACED, _("exists, is replaced"))
    return PlanLine(one, TAKEN, _("already exists"))


def _pulls(plan: KubePlan, endpoint: Endpoint, person: Person) -> list[str]:
    seen = visible_objects(person, "image")
    rows = Image.objects.filter(seen, LIVE, endpoint=endpoint).values_list("names", flat=True)
    here = {name for names in rows for name in names}
    return [image for image in plan.images if image not in here]

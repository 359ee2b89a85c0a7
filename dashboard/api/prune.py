"""Prunes: a plan is read, and exactly what is sent back of it is removed."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.idempotency import answer_once
from dashboard.api.problems import field_error
from dashboard.api.schemas import PLURALS, BatchOut
from dashboard.api.verbs import MOST, Ref
from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.offer import Offer, PrunePage
from dashboard.furniture.prune_plans import PruneFilter, endpoints_to_prune
from dashboard.offers.prunes import PRUNES
from hosts.access import require

router = Router()


class PlanQuery(Schema):
    """Of which endpoints (none: all), and which objects (the first choice without)."""

    endpoint: list[int] = Field([], max_length=40)
    which: str = Field("", max_length=20)


class PlannedObject(Ref):
    """An object that a prune would remove. `doubt`: a reason to keep it."""

    name: str
    doubt: str


class Plan(Schema):
    """A preview. `silent`: endpoints that did not answer."""

    items: list[PlannedObject]
    silent: list[str]


class ListedObject(Ref):
    """An object as a plan names it; what it says beside is sent back for nothing, and taken."""

    name: str = ""
    doubt: str = ""


class PruneOrder(RequestBody):
    """Exactly the objects to remove, as a plan named them."""

    objects: list[ListedObject] = Field(min_length=1, max_length=MOST)


def _prune(offer: Offer, page: PrunePage) -> None:
    kind, verb, plural = offer.kind, offer.verb, PLURALS[offer.kind]
    choices = [value for value, _words in page.which]

    @router.get(
        f"/prune/{plural}",
        response=Plan,
        tags=["prune"],
        operation_id=f"plan_{plural}",
        summary=f"What {verb} would remove",
    )
    def planned(request: HttpRequest, query: Query[PlanQuery]) -> Any:
        """Nothing is removed. Send the objects to remove with POST."""
        which = query.which or choices[0]
        if which not in choices:
            raise field_error("which", _("Use one of: %(known)s.") % {"known": ", ".join(choices)})
        endpoints = endpoints_to_prune(person_of(request), kind)
        chosen = [one for one in endpoints if one.pk in query.endpoint]
        plan = page.plan(chosen if query.endpoint else endpoints, PruneFilter(which))
        items = [
            {
                "endpoint": one.row.endpoint_id,
                "id": one.row.podman_id,
                "name": one.row.name or one.row.podman_id[:12],
                "doubt": one.doubt,
            }
            for one in plan.found
        ]
        return {"items": items, "silent": [str(one) for one in plan.silent]}

    @router.post(
        f"/prune/{plural}",
        response={202: BatchOut},
        tags=["prune"],
        operation_id=f"prune_{plural}",
        summary=verb,
        openapi_extra={"x-verb": verb},
    )
    def pruned(request: HttpRequest, given: PruneOrder) -> Any:
        """Each object is checked again. If it has come into use, it is kept."""
        person = person_of(request)
        require(person, verb, Target(kind=kind, name="any host"))
        refs = [(one.endpoint, one.id) for one in given.objects]

        return answer_once(request, lambda: offer.action.ask(person, refs, filters={}))


for _offer in PRUNES.values():
    if isinstance(_offer.page, PrunePage):
        _prune(_offer, _offer.page)

"""Prunes: a plan is read, and exactly what is sent back of it is removed."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.once import asked
from dashboard.api.parsing import Sent
from dashboard.api.problems import wrong
from dashboard.api.shapes import PLURALS, BatchOut
from dashboard.api.verbs import MOST, Ref
from dashboard.furniture.prune_plans import KINDS
from hosts.access import Person, allows, require, visible_endpoints
from hosts.actions.images import prune_images
from hosts.models import Batch, Container, Endpoint, Image
from hosts.models.inventory import LIVE

router = Router()


class PlanAsked(Schema):
    """Of which endpoints (none: all), and which objects (the first choice without)."""

    endpoint: list[int] = Field([], max_length=40)
    which: str = Field("", max_length=20)


class Planned(Ref):
    """An object that a prune would remove. `doubt`: why one may want to keep it."""

    name: str
    doubt: str


class Plan(Schema):
    """A preview. `silent`: endpoints that did not tell."""

    items: list[Planned]
    silent: list[str]


class Listed(Ref):
    """An object as a plan names it; what it says beside is sent back for nothing, and taken."""

    name: str = ""
    doubt: str = ""


class Pruned(Sent):
    """Exactly the objects to remove, as a plan named them."""

    objects: list[Listed] = Field(min_length=1, max_length=MOST)


_ASKS: dict[str, Any] = {kind: one.ask for kind, one in KINDS.items()} | {"image": prune_images.ask}


def _endpoints(person: Person, verb: str, wanted: list[int]) -> list[Endpoint]:
    """Where the person may prune, and see what the plan names."""
    kind = verb.partition(".")[0]
    verbs = (verb, f"{kind}.view")
    for needed in verbs:
        require(person, needed, Target(kind=kind, name="any host"))
    seen = visible_endpoints(person).select_related("host", "login")
    found = [one for one in seen if all(allows(person, needed, one) for needed in verbs)]
    return [one for one in found if one.pk in wanted] if wanted else found


def _images(endpoints: list[Endpoint], which: str) -> list[tuple[Any, str]]:
    users = Container.objects.filter(
        LIVE, endpoint=OuterRef("endpoint"), image_id=OuterRef("podman_id")
    )
    rows = Image.objects.filter(LIVE, ~Exists(users), endpoint__in=endpoints, manifest_list=False)
    if which != "unused":
        rows = rows.filter(dangling=True)
    return [(row, "") for row in rows.order_by("name", "pk")]


def _prune(kind: str, plural: str) -> None:
    verb = f"{kind}.prune"
    known = [value for value, _words in KINDS[kind].which] if kind in KINDS else []
    choices = known or ["dangling", "unused"]

    @router.get(
        f"/prune/{plural}",
        response=Plan,
        tags=["prune"],
        operation_id=f"plan_{plural}",
        summary=f"What {verb} would remove",
    )
    def planned(request: HttpRequest, wish: Query[PlanAsked]) -> Any:
        """Nothing is removed; send what shall go back with POST."""
        which = wish.which or choices[0]
        if which not in choices:
            raise wrong("which", _("There is %(known)s.") % {"known": ", ".join(choices)})
        endpoints = _endpoints(person_of(request), verb, wish.endpoint)
        silent: list[Endpoint] = []
        if kind == "image":
            found = _images(endpoints, which)
        else:
            plan = KINDS[kind].plan(endpoints, which)
            found, silent = [(one.row, one.doubt) for one in plan.found], plan.silent
        items = [
            {
                "endpoint": row.endpoint_id,
                "id": row.podman_id,
                "name": row.name or row.podman_id[:12],
                "doubt": doubt,
            }
            for row, doubt in found
        ]
        return {"items": items, "silent": [str(one) for one in silent]}

    @router.post(
        f"/prune/{plural}",
        response={202: BatchOut},
        tags=["prune"],
        operation_id=f"prune_{plural}",
        summary=verb,
        openapi_extra={"x-verb": verb},
    )
    def pruned(request: HttpRequest, given: Pruned) -> Any:
        """Each is looked at again; what came into use stays."""
        person = person_of(request)
        require(person, verb, Target(kind=kind, name="any host"))
        refs = [(one.endpoint, one.id) for one in given.objects]

        def ask() -> Batch:
            batch: Batch = _ASKS[kind](person, refs, filters={})
            return batch

        return asked(request, ask)


for _kind in (*KINDS, "image"):
    _prune(_kind, PLURALS[_kind])

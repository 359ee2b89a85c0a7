"""Actions on one object (POST /containers/…/restart), on many, and on a host (POST
/volumes/create).
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, create_model

from accounts.verbs import get_verb
from dashboard.api.bearer import person_of
from dashboard.api.idempotency import answer_once
from dashboard.api.inventory import Id, ObjectId
from dashboard.api.schemas import PLURALS, BatchOut, JobOut
from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.offer import Offer
from dashboard.offers import OFFERS
from hosts.jobs.pace import MOST_AT_ONCE, with_pace

router = Router()


class Ref(RequestBody):
    """An object: its endpoint’s number, and its id there."""

    endpoint: int = Field(ge=1, le=2**63 - 1)
    id: str = Field(min_length=1, max_length=255)


MOST = 1000
AT_ONCE: Any = (
    int,
    Field(0, ge=0, le=MOST_AT_ONCE, description="How many at the same time; 0: no limit"),
)
STOP: Any = (
    bool,
    Field(
        False, description="Start no more jobs after a failure; without a limit they run one by one"
    ),
)


def _one(offer: Offer) -> None:
    plural, body = PLURALS[offer.kind], offer.body

    def done(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: Any) -> Any:
        person = person_of(request)
        ref = (endpoint_id, podman_id)
        return answer_once(request, lambda: offer.action.ask(person, ref, **given.params()))

    _route(
        done,
        body,
        f"/{plural}/{{endpoint_id}}/{{podman_id}}/{offer.word}",
        offer,
        response=JobOut,
        tag=plural,
        many=False,
    )


def _on_host(offer: Offer) -> None:
    plural = PLURALS.get(offer.kind, offer.kind)

    def done(request: HttpRequest, given: Any) -> Any:
        person = person_of(request)

        def ask() -> Any:
            params = given.params()
            return offer.action.ask(person, params.pop("endpoint"), **params)

        return answer_once(request, ask)

    _route(
        done,
        offer.body,
        f"/{plural}/{offer.word}",
        offer,
        response=JobOut,
        tag=plural,
        many=False,
    )


def _many(offer: Offer) -> None:
    plural, ask_many = PLURALS[offer.kind], offer.action.ask_many
    if ask_many is None:
        return
    objects: Any = (list[Ref], Field(min_length=1, max_length=MOST))
    body = create_model(
        f"Bulk{offer.body.__name__}",
        __base__=offer.body,
        objects=objects,
        at_once=AT_ONCE,
        stop_on_failure=STOP,
    )

    def done(request: HttpRequest, given: Any) -> Any:
        person = person_of(request)
        params = given.params()
        refs = [(one["endpoint"], one["id"]) for one in params.pop("objects")]
        speed = {name: params.pop(name) for name in ("at_once", "stop_on_failure")}
        return answer_once(
            request, lambda: with_pace(lambda: ask_many(person, refs, **params), **speed)
        )

    _route(
        done,
        body,
        f"/bulk/{plural}/{offer.word}",
        offer,
        response=BatchOut,
        tag="bulk",
        many=True,
    )


def _route(
    view: Callable[..., Any],
    body: type[Schema],
    where: str,
    offer: Offer,
    *,
    response: type[Schema],
    tag: str,
    many: bool,
) -> None:
    view.__annotations__["given"] = body
    operation = f"{'bulk_' if many else ''}{offer.word}_{offer.kind}"
    router.post(
        where,
        response={202: response},
        tags=[tag],
        operation_id=operation,
        summary=f"{offer.verb}{', many at once' if many else ''}",
        description=_words(offer.verb),
        openapi_extra={"x-verb": offer.verb},
    )(view)


def _words(verb: str) -> str:
    """What the verb permits, as roles say it."""
    known = get_verb(verb)
    return str(known.describes) if known else verb


for _offer in OFFERS:
    if _offer.on_host:
        _on_host(_offer)
    elif not _offer.page and not _offer.alias:
        _one(_offer)
        _many(_offer)

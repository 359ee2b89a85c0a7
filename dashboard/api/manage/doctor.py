"""The doctor: each step on the way to a host's Podman, and what mends it. The check of its storage."""

from collections.abc import Iterator
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from ninja import Schema

from dashboard.api.bearer import person_of
from dashboard.api.hosts import router
from dashboard.api.idempotency import answer_once
from dashboard.api.inventory import Id
from dashboard.api.jobs import in_a_place
from dashboard.api.recheck import person_now
from dashboard.api.schemas import JobOut
from dashboard.furniture.bodies import EmptyBody, RequestBody
from dashboard.furniture.link_words import link_text
from hosts import control
from hosts.access import get_host
from hosts.actions.hosts import examine_host
from hosts.actions.system import check_system
from hosts.link.messages import DoctorStep
from hosts.models import Login

_NOTHING = EmptyBody()


class StepOut(Schema):
    """`state`: passed, failed, or unknown where the key cannot know it. `cure`: a sentence, or a command."""

    step: str
    state: str
    detail: str
    cause: str
    cure: str


class ExaminedOut(Schema):
    """What the doctor found through one account."""

    account: str
    steps: list[StepOut]


class Examination(Schema):
    """Each account of the host."""

    items: list[ExaminedOut]


async def steps_of(patient: dict[str, Any]) -> list[DoctorStep]:
    """As they end. ControlError."""
    latest = {}
    async for step in control.examine(patient):
        latest[step.step] = step
    return list(latest.values())


def _out(step: DoctorStep) -> dict[str, Any]:
    said = {name: link_text(getattr(step, name)).whole for name in ("detail", "cause", "cure")}
    return {"step": step.step, "state": step.state, **said}


@router.post(
    "/hosts/{host_id}/doctor",
    response=Examination,
    summary="Run the doctor",
    openapi_extra={"x-verb": examine_host.VERB},
    operation_id="examine_host",
)
def doctor(request: HttpRequest, host_id: Id, given: EmptyBody = _NOTHING) -> Any:
    """It walks from the name to Podman's API, through each account; this may take a minute."""
    person = person_of(request)
    host = get_host(person, host_id, examine_host.VERB)

    def examined() -> Iterator[dict[str, Any]]:
        login: Login
        for login in host.logins.order_by("pk"):
            with in_a_place():
                steps = async_to_sync(steps_of)(examine_host.ask(person, login.pk))
            yield {"account": login.user, "steps": [_out(step) for step in steps]}

    found = list(examined())
    # it took long, and what was found is for whoever may still know
    get_host(person_now(request), host_id, examine_host.VERB)
    return {"items": found}


class CheckIn(RequestBody):
    """`quick`: without reading each layer."""

    quick: bool = True


@router.post(
    "/endpoints/{endpoint_id}/check",
    response={202: JobOut},
    summary="Check the storage of a Podman",
    openapi_extra={"x-verb": check_system.VERB},
    operation_id="check_system",
)
def check(request: HttpRequest, endpoint_id: Id, given: CheckIn) -> Any:
    """As podman system check, which mends nothing; what it found is in the job."""
    person = person_of(request)
    return answer_once(request, lambda: check_system.ask(person, endpoint_id, quick=given.quick))

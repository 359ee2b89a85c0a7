"""What waits for somebody's yes: jobs that a guardrail holds, and requests for access."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from accounts.models import Role
from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.inventory import Id
from dashboard.api.lists import ListQuery, page_of
from dashboard.api.schemas import fields_of, visible_row
from dashboard.furniture.bodies import EmptyBody, RequestBody
from dashboard.live.spec import registered
from hosts.access import require
from hosts.access.approvals import visible_approvals
from hosts.access.requests import visible_requests
from hosts.actions.access_requests import ask_access, decide_access
from hosts.actions.access_requests.ask_access import MOST_MINUTES, AccessRequestOptions
from hosts.actions.approvals import decide
from hosts.models import AccessRequest, Approval
from hosts.refusals import FieldRefusal
from hosts.verbs.requests import ASK

router = Router()
_NOTHING = EmptyBody()


class Answer(RequestBody):
    """Words to whoever asked."""

    answer: str = Field("", max_length=300)


class FindingOut(Schema):
    """What a guardrail found."""

    rule: str
    field: str
    said: str


class ApprovalOut(Schema):
    """A job that waits for a yes, or waited. `state`: asked, approved, refused, withdrawn, expired or
    overridden.
    """

    id: int
    job: int
    verb: str
    object_name: str
    host: str
    asked_by: str
    asked_at: datetime
    reason: str
    state: str
    findings: list[FindingOut]
    decided_by: str
    decided_at: datetime | None
    answer: str


class Approvals(Schema):
    """A page of approvals."""

    items: list[ApprovalOut]
    next: str


class RequestIn(RequestBody):
    """A role at a place for a while. `place`: the name of a group or host."""

    role: str = Field(max_length=60)
    kind: str = Field("group", pattern="^(group|host|everywhere)$")
    place: str = Field("", max_length=200)
    minutes: int = Field(60, ge=1, le=MOST_MINUTES)
    reason: str = Field(min_length=1, max_length=300)
    label: str = Field("", max_length=250)
    names: str = Field("", max_length=200)
    verb: str = Field("", max_length=60, description="The missing right, from a 403")


class RequestOut(Schema):
    """A request for access. `until`: when the grant ends that was given for it."""

    id: int
    asked_by: str
    asked_at: datetime
    role: str
    verb: str
    kind: str
    place: str
    label: str
    names: str
    reason: str
    minutes: int
    state: str
    decided_by: str
    decided_at: datetime | None
    answer: str
    until: datetime | None


class Requests(Schema):
    """A page of requests."""

    items: list[RequestOut]
    next: str


def _approval(row: Approval) -> dict[str, Any]:
    job = row.job
    return fields_of(
        ApprovalOut,
        row,
        job=job.pk,
        verb=job.verb,
        object_name=job.object_name,
        host=job.host_name,
        asked_by=job.asked_by_name,
        decided_by=row.decided_by_name,
        findings=[
            {name: str(one.get(name, "")) for name in FindingOut.model_fields}
            for one in row.findings
        ],
    )


def _request(row: AccessRequest) -> dict[str, Any]:
    return fields_of(
        RequestOut,
        row,
        asked_by=row.asked_by_name,
        role=row.role.name,
        kind=row.place_kind,
        decided_by=row.decided_by_name,
    )


@router.get(
    "/approvals",
    response=Approvals,
    tags=["approvals"],
    summary="List approvals",
    operation_id="list_approvals",
)
def approvals(request: HttpRequest, asked: Query[ListQuery]) -> Any:
    """Of the owner's own jobs, and those that they may decide on."""
    found = page_of(registered("approvals"), person_of(request), asked)
    return {"items": [_approval(row) for row in found["items"]], "next": found["next"]}


@router.get(
    "/approvals/{approval_id}",
    response=ApprovalOut,
    tags=["approvals"],
    summary="One approval",
    operation_id="get_approval",
)
def approval(request: HttpRequest, approval_id: Id) -> Any:
    """By its number."""
    return _approval(visible_row(visible_approvals(person_of(request)), approval_id))


def _decides(word: str, deed: Any, words: str) -> None:
    @router.post(
        f"/approvals/{{approval_id}}/{word}",
        response=ApprovalOut,
        tags=["approvals"],
        operation_id=f"{word}_approval",
        summary=words,
        openapi_extra={"x-verb": decide.VERB},
    )
    def decided(request: HttpRequest, approval_id: Id, given: Answer) -> Any:
        """Refused to every token: a person decides, in a browser."""
        return _approval(deed(person_of(request), approval_id, answer=given.answer))

    @router.post(
        f"/requests/{{request_id}}/{word}",
        response=RequestOut,
        tags=["requests"],
        operation_id=f"{word}_request",
        summary=words,
        openapi_extra={"x-verb": decide_access.VERB},
    )
    def answered(request: HttpRequest, request_id: Id, given: Answer) -> Any:
        """Refused to every token: a person decides, in a browser."""
        deeds = {"approve": decide_access.approve, "refuse": decide_access.refuse}
        return _request(deeds[word](person_of(request), request_id, answer=given.answer))


_decides("approve", decide.approve, "Approve")
_decides("refuse", decide.refuse, "Refuse")


@router.get(
    "/requests",
    response=Requests,
    tags=["requests"],
    summary="List requests for access",
    operation_id="list_requests",
)
def requests(request: HttpRequest, asked: Query[ListQuery]) -> Any:
    """The owner's own, and all of them if the token may see access."""
    found = page_of(registered("requests"), person_of(request), asked)
    return {"items": [_request(row) for row in found["items"]], "next": found["next"]}


@router.get(
    "/requests/{request_id}",
    response=RequestOut,
    tags=["requests"],
    summary="One request",
    operation_id="get_request",
)
def one_request(request: HttpRequest, request_id: Id) -> Any:
    """By its number."""
    return _request(visible_row(visible_requests(person_of(request)), request_id))


@router.post(
    "/requests",
    response={201: RequestOut},
    tags=["requests"],
    summary="Ask for access",
    operation_id="ask_access",
)
def ask(request: HttpRequest, given: RequestIn) -> Any:
    """For the token's owner, for a limited time. Whether a place of that name exists is not said."""
    if request.token.read_only:  # type: ignore[attr-defined]
        require(person_of(request), ASK, Target(kind="request"))
    role = Role.objects.filter(name=given.role).first()
    if role is None:
        raise FieldRefusal("role", _("There is no role %s.") % given.role)
    options = AccessRequestOptions(**{**given.params(), "role": role})
    return Status(201, _request(ask_access.ask(person_of(request), options)))


@router.post(
    "/requests/{request_id}/withdraw",
    response=RequestOut,
    tags=["requests"],
    summary="Withdraw a request",
    operation_id="withdraw_request",
)
def withdraw(request: HttpRequest, request_id: Id, given: EmptyBody = _NOTHING) -> Any:
    """One's own that still waits."""
    ask_access.withdraw(person_of(request), request_id)
    return one_request(request, request_id)

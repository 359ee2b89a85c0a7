"""access.approve: decide on another person's request. Approval creates the requested grant."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.verbs import ACCESS_EDIT
from audit import write
from hosts import bells
from hosts.access import Denied, NotVisible, Person, allows, require
from hosts.access.requests import may_decide, visible_requests
from hosts.actions.access.grant_options import GrantOptions, check_options
from hosts.actions.access.grants import write_grant
from hosts.actions.access_requests.ask_access import (
    must_wait,
    params_of,
    place_named,
    target_of_request,
)
from hosts.models import AccessRequest, Endpoint, Group, Host
from hosts.refusals import FieldRefusal
from hosts.verbs.requests import APPROVE, REFUSE

VERB = APPROVE.name
State = AccessRequest.State


def approve(person: Person, request_id: int, *, answer: str = "") -> AccessRequest:
    """Create the grant, from now on for the requested time. NotVisible, Denied, FieldRefusal."""
    _authorise(person, request_id)
    now = timezone.now()
    with transaction.atomic():
        request = _locked(request_id)
        found = request.found or place_named(person, request.place_kind, request.place)
        if found is None and request.place_kind != AccessRequest.Kind.EVERYWHERE:
            raise FieldRefusal(
                "place",
                _("There is no %(kind)s named %(name)s: refuse the request and tell the person.")
                % {"kind": request.place_kind, "name": request.place},
            )
        until = now + timedelta(minutes=request.minutes)
        wanted = GrantOptions(
            user=request.asked_by,
            role=request.role,
            label=request.label,
            names=request.names,
            until=until,
            reason=request.reason,
            group=found if isinstance(found, Group) else None,
            host=found if isinstance(found, Host) else None,
            endpoint=found if isinstance(found, Endpoint) else None,
        )
        grant = write_grant(person, check_options(wanted))
        request.until, request.grant_id = until, grant.pk
        _decide(person, request, State.APPROVED, answer)
        params = params_of(request) | {"until": until.isoformat(), "reason": request.reason}
        write.event(
            person.who, VERB, target_of_request(request), params=params | {"answer": request.answer}
        )
        bells.ring("access", "audit")
    return request


def refuse(person: Person, request_id: int, *, answer: str = "") -> AccessRequest:
    """Refuse it, with an answer to the person. NotVisible, Denied, FieldRefusal."""
    _authorise(person, request_id)
    with transaction.atomic():
        request = _locked(request_id)
        _decide(person, request, State.REFUSED, answer)
        params = params_of(request) | {"answer": request.answer}
        write.event(person.who, REFUSE, target_of_request(request), params=params)
        bells.ring("access", "audit")
    return request


def _authorise(person: Person, request_id: int) -> None:
    request = visible_requests(person).filter(pk=request_id).first()
    if request is None:
        raise NotVisible
    target = target_of_request(request)
    if not allows(person, ACCESS_EDIT.name):
        require(person, VERB, target)
    if not may_decide(person, request):
        own = request.asked_by_id == person.user.pk
        reason = "it is their own request" if own else "the role permits more than their own"
        write.refusal(person.who, VERB, target, reason=reason)
        raise Denied(VERB)


def _locked(request_id: int) -> AccessRequest:
    request = (
        AccessRequest.objects.select_for_update(of=("self",))
        .select_related("role", "asked_by", "group", "host", "endpoint__host")
        .get(pk=request_id)
    )
    must_wait(request)
    return request


def _decide(person: Person, request: AccessRequest, state: State, answer: str) -> None:
    request.state = state
    request.decided_by_id = person.user.pk
    request.decided_by_name, request.decided_at = person.who.name, timezone.now()
    request.answer = answer.strip()[:300]
    request.save()

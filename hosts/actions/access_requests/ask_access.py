"""Requests for access for a limited time. Everybody may ask. Whether a name exists is not told."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import Narrowing, NotVisible, Person, visible_endpoints
from hosts.access.grant_rows import role_verbs
from hosts.models import AccessRequest, Endpoint, Group, Host
from hosts.refusals import FieldRefusal
from hosts.verbs.requests import ASK, WITHDRAW

Kind = AccessRequest.Kind
MOST_MINUTES = 7 * 24 * 60
# open requests of one person
MOST_WAITING = 10


@dataclass(frozen=True)
class AccessRequestOptions:
    """What is requested. `place`: the name of a group or host, or the id of an endpoint."""

    role: Role
    kind: str
    place: str
    minutes: int
    reason: str
    label: str = ""
    names: str = ""
    verb: str = ""


def ask(person: Person, options: AccessRequestOptions) -> AccessRequest:
    """Create a request that waits for a decision. FieldRefusal names the field."""
    _check(options)
    found = place_named(person, options.kind, options.place)
    with transaction.atomic():
        # one at a time, so that many tabs cannot exceed the limit
        asker = User.objects.select_for_update(of=("self",)).get(pk=person.user.pk)
        open_ones = AccessRequest.objects.filter(asked_by=asker, state=AccessRequest.State.ASKED)
        if open_ones.count() >= MOST_WAITING:
            words = _("You already have %(n)d waiting requests. Withdraw one first.")
            raise FieldRefusal("reason", words % {"n": MOST_WAITING})
        request = AccessRequest.objects.create(
            asked_by=asker,
            asked_by_name=person.who.name,
            role=options.role,
            verb=options.verb,
            place_kind=options.kind,
            place=str(found) if options.kind == Kind.ENDPOINT else options.place.strip(),
            label=options.label.strip(),
            names=options.names.strip(),
            reason=options.reason.strip(),
            minutes=options.minutes,
            **set_place(found),
        )
        params = params_of(request) | {"reason": request.reason, "missing": request.verb}
        write.event(person.who, ASK, target_of_request(request), params=params)
        bells.ring("access", "audit")
    return request


def withdraw(person: Person, request_id: int) -> AccessRequest:
    """Withdraw one's own open request. NotVisible, FieldRefusal."""
    with transaction.atomic():
        request = (
            AccessRequest.objects.select_for_update(of=("self",))
            .select_related("role", "group", "host", "endpoint__host")
            .filter(pk=request_id, asked_by=person.user.pk)
            .first()
        )
        if request is None:
            raise NotVisible
        must_wait(request)
        request.state = AccessRequest.State.WITHDRAWN
        request.save(update_fields=["state"])
        write.event(person.who, WITHDRAW, target_of_request(request), params=params_of(request))
        bells.ring("access", "audit")
    return request


def must_wait(request: AccessRequest) -> None:
    """FieldRefusal once somebody has decided."""
    if not request.waiting:
        state = request.get_state_display()
        words = _("This request is already %(state)s; nothing was changed.") % {"state": state}
        raise FieldRefusal("", words)


def place_named(person: Person, kind: str, name: str) -> Group | Host | Endpoint | None:
    """The place of this name, even if the person does not see it. They are not told. NotVisible for an
    unknown endpoint, since endpoints are chosen from a list.
    """
    name = name.strip()
    if kind == Kind.GROUP:
        return Group.objects.filter(name__iexact=name).first()
    if kind == Kind.HOST:
        return Host.objects.filter(name__iexact=name).first()
    if kind == Kind.ENDPOINT:
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else 0
        found = visible_endpoints(person).select_related("host").filter(pk=number).first()
        if found is None:
            raise NotVisible
        return found
    return None


def set_place(found: Group | Host | Endpoint | None) -> dict[str, Group | Host | Endpoint]:
    """The place field of a request or a grant, with its value."""
    return {} if found is None else {str(found._meta.model_name): found}


def target_of_request(request: AccessRequest) -> Target:
    """The audit target, with the place, so that readers of that place's entries see it."""
    host = request.host or (request.endpoint.host if request.endpoint else None)
    return Target(
        kind="request",
        id=request.pk,
        name=str(request),
        host_id=host.pk if host else None,
        host_name=host.name if host else "",
        endpoint_id=request.endpoint_id,
        endpoint_name=str(request.endpoint) if request.endpoint else "",
    )


def params_of(request: AccessRequest) -> dict[str, object]:
    """What the log keeps of a request."""
    params: dict[str, object] = {
        "role": request.role.name,
        "place": f"{request.place_kind} {request.place}".strip(),
        "minutes": request.minutes,
        "who": request.asked_by_name,
    }
    if narrowed := Narrowing(request.label, request.names).words:
        params["narrowed"] = narrowed
    return params


def _check(options: AccessRequestOptions) -> None:
    if options.kind not in Kind.values:
        raise FieldRefusal("kind", _("Choose where: a group, a host or everywhere."))
    if options.kind != Kind.EVERYWHERE and not options.place.strip():
        raise FieldRefusal("place", _("Give the full name of the group or host."))
    if len(options.place) > 200 or "\0" in options.place:
        raise FieldRefusal("place", _("There is no group or host with this name."))
    if not options.reason.strip():
        raise FieldRefusal(
            "reason", _("Give a reason: whoever decides sees it, and so does the audit log.")
        )
    if not 1 <= options.minutes <= MOST_MINUTES:
        raise FieldRefusal("minutes", _("Ask for at least a minute and at most seven days."))
    if not role_verbs(options.role):
        raise FieldRefusal("role", _("This role cannot be given for a place."))

"""Hosts: looked at from outside, added, changed, muted, removed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.hosts import host as read_host
from dashboard.api.hosts import router
from dashboard.api.inventory import Id
from dashboard.api.manage.logins import FINGERPRINT, GivenKey, sealed_key
from dashboard.api.schemas import HostOut, host_out
from dashboard.furniture import new_host
from dashboard.furniture.bodies import EmptyBody, RequestBody
from dashboard.furniture.new_host import HostCandidate
from hosts import control
from hosts.access import Person, get_host, require
from hosts.actions.hosts import (
    certificates,
    edit_host,
    examine_host,
    host_address,
    install_key,
    jumps,
    mute_host,
    register_host,
)
from hosts.actions.hosts.edit_host import HostEdit
from hosts.refusals import FieldRefusal

_NOTHING = EmptyBody()
EDIT = {"x-verb": edit_host.EDIT}


class ScanIn(RequestBody):
    """Where to look. `via`: the number of the jump host's login."""

    address: str = Field(max_length=255, description="Such as web1.example.org, or root@web1:2222")
    port: int | None = Field(None, ge=1, le=65_535)
    via: int | None = Field(None, ge=1, le=2**63 - 1)


class HostKeyOut(Schema):
    """The key that a host shows before any sign-in. Compare the fingerprint on its console."""

    algorithm: str
    fingerprint: str
    line: str


class NewHostIn(ScanIn, GivenKey):
    """A host, with what its wizard asks: a private key, or the account’s password, by which a key that
    Haulout generates is added there. The password is forgotten.
    """

    fingerprint: str = FINGERPRINT
    password: str = Field("", max_length=1000, description="Instead of private_key")
    host_ca: str = Field("", max_length=20_000, description="@cert-authority lines")
    user: str = Field("", max_length=64, description="The account, root without")
    socket: str = Field("", max_length=255, description="Of Podman; without: those that answer")
    name: str = Field("", max_length=63)
    groups: list[str] = Field([], max_length=100)
    notes: str = Field("", max_length=5000)
    jump_only: bool = Field(False, description="Only a way to others: its Podman is not shown")
    another_machine: bool = Field(False, description="It shares its host key with another machine")


class HostChange(RequestBody):
    """What can be changed. What is left out stays."""

    name: str | None = Field(None, max_length=63)
    notes: str | None = Field(None, max_length=5000)
    groups: list[str] | None = Field(None, max_length=100, description="Names")
    address: str | None = Field(None, max_length=255)
    port: int | None = Field(None, ge=1, le=65_535)


class MuteIn(RequestBody):
    """For how long it causes no alerts, and why."""

    minutes: int = Field(ge=1, le=14 * 24 * 60)
    reason: str = Field(max_length=300)


class MuteOut(Schema):
    """Until when it causes no alerts."""

    until: datetime
    reason: str


def _require_add(request: HttpRequest) -> Person:
    person = person_of(request)
    require(person, register_host.VERB, Target(kind="host"))
    return person


@router.post(
    "/scan",
    response=HostKeyOut,
    summary="The key that a host shows",
    openapi_extra={"x-verb": register_host.VERB},
    operation_id="scan_host",
)
def scan(request: HttpRequest, given: ScanIn) -> Any:
    """Nobody signs in there. Adding the host wants the fingerprint that you compared."""
    person = _require_add(request)
    where = host_address.parse_address(given.address)
    via = jumps.check_jump(person, given.via)
    port = where.port or given.port or 22
    found = async_to_sync(control.scan)(where.address, port, via=via.pk if via else None)
    return {name: getattr(found, name) for name in HostKeyOut.model_fields}


@router.post(
    "/hosts",
    response={201: HostOut},
    summary="Add a host",
    openapi_extra={"x-verb": register_host.VERB},
    operation_id="add_host",
)
def add(request: HttpRequest, given: NewHostIn) -> Any:
    """Signs in, lets the doctor look, and registers the sockets that answer: all or nothing. Another
    account of a known machine joins its host.
    """
    person = _require_add(request)
    candidate = _candidate(person, given)
    if given.password:
        _install(person, candidate, given.password)
    row = new_host.add(person, candidate, another_machine=given.another_machine)
    async_to_sync(control.reload)()
    return Status(201, host_out(row, list(row.endpoints.select_related("host"))))


def _install(person: Person, candidate: HostCandidate, password: str) -> None:
    """The new key, with the account's password: sent only to a host that shows the given key."""
    new_host.ask_key(candidate)
    assert candidate.shown is not None
    install_key.install(
        person,
        address=candidate.where.address,
        port=candidate.port,
        user=candidate.user,
        password=password,
        public_key_line=candidate.public_key,
        host_key_line=candidate.shown.line,
        via=candidate.via.pk if candidate.via else None,
    )


def _candidate(person: Person, given: NewHostIn) -> HostCandidate:
    where = host_address.parse_address(given.address)
    user = host_address.check_user(where.user or given.user or "root")
    where = replace(
        where,
        user=user,
        port=where.port or given.port or 22,
        socket=where.socket or given.socket,
    )
    if bool(given.private_key) == bool(given.password):
        raise FieldRefusal("private_key", _("Give either a private key or a password."))
    sealed, public = examine_host.seal_new_key() if given.password else sealed_key(given)
    return HostCandidate(
        where,
        sealed_key=sealed,
        public_key=public,
        name=given.name,
        groups=given.groups,
        notes=given.notes,
        fingerprint=given.fingerprint.strip(),
        via=jumps.check_jump(person, given.via),
        jump_only=given.jump_only,
        certificate=certificates.check_certificate(given.certificate, public_key=public, user=user),
        host_ca=certificates.check_authority(given.host_ca),
    )


@router.patch(
    "/hosts/{host_id}",
    response=HostOut,
    summary="Change a host",
    openapi_extra=EDIT,
    operation_id="change_host",
)
def change(request: HttpRequest, host_id: Id, given: HostChange) -> Any:
    """Name, notes, groups and address. Its key stays pinned."""
    person = person_of(request)
    row = get_host(person, host_id, edit_host.EDIT)
    now = {
        "name": row.name,
        "notes": row.notes,
        "groups": list(row.groups.values_list("name", flat=True)),
        "address": row.address,
        "port": row.port,
    }
    wanted = {name: value for name, value in given.params().items() if value is not None}
    edit_host.edit(person, host_id, HostEdit(**{**now, **wanted}))
    async_to_sync(control.reload)()
    return read_host(request, host_id)


@router.delete(
    "/hosts/{host_id}",
    response={204: None},
    summary="Remove a host",
    openapi_extra={"x-verb": edit_host.REMOVE},
    operation_id="remove_host",
)
def remove(request: HttpRequest, host_id: Id) -> Any:
    """From Haulout. Nothing on the host is changed."""
    edit_host.remove(person_of(request), host_id)
    async_to_sync(control.reload)()
    return Status(204, None)


def _switch(word: str, deed: Any, verb: str, words: str) -> None:
    @router.post(
        f"/hosts/{{host_id}}/{word}",
        response=HostOut,
        operation_id=f"{word}_host",
        summary=words,
        openapi_extra={"x-verb": verb},
    )
    def switched(request: HttpRequest, host_id: Id, given: EmptyBody = _NOTHING) -> Any:
        """As its button does."""
        deed(person_of(request), host_id)
        async_to_sync(control.reload)()
        return read_host(request, host_id)


_switch("enable", edit_host.enable, edit_host.EDIT, "Connect to a host again")
_switch("disable", edit_host.disable, edit_host.EDIT, "Disconnect from a host")
_switch("reconnect", examine_host.connect_now, examine_host.VERB, "Connect now")


@router.post(
    "/hosts/{host_id}/mute",
    response=MuteOut,
    summary="Mute a host",
    openapi_extra={"x-verb": mute_host.VERB},
    operation_id="mute_host",
)
def mute(request: HttpRequest, host_id: Id, given: MuteIn) -> Any:
    """For maintenance: it causes no alerts. Again: another end."""
    row = mute_host.mute(person_of(request), host_id, minutes=given.minutes, reason=given.reason)
    return {"until": row.until, "reason": row.reason}


@router.post(
    "/hosts/{host_id}/unmute",
    response={204: None},
    summary="End the muting of a host",
    openapi_extra={"x-verb": mute_host.VERB},
    operation_id="unmute_host",
)
def unmute(request: HttpRequest, host_id: Id, given: EmptyBody = _NOTHING) -> Any:
    """Before its time."""
    mute_host.unmute(person_of(request), host_id)
    return Status(204, None)

"""How hosts are signed in to: accounts with their keys, certificates and jump hosts, and host keys."""

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
from dashboard.api.idempotency import answer_once
from dashboard.api.inventory import Id
from dashboard.api.jobs import in_a_place
from dashboard.api.manage.doctor import steps_of
from dashboard.api.recheck import person_now
from dashboard.api.schemas import BatchOut, HostOut, fields_of
from dashboard.furniture import new_host
from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.new_host import HostCandidate
from hosts import control
from hosts.access import get_host, require
from hosts.actions.hosts import (
    certificates,
    edit_host,
    edit_logins,
    examine_host,
    jumps,
    rotate_key,
)
from hosts.actions.hosts.host_address import HostAddress
from hosts.link.errors import LinkError
from hosts.link.messages import HostKey
from hosts.models import Host, Login
from hosts.refusals import FieldRefusal

EDIT = {"x-verb": edit_host.EDIT}
FINGERPRINT: Any = Field(
    max_length=100,
    pattern=r"^\s*SHA256:\S+\s*$",
    description="Of the host’s key, SHA256:…, compared with what it shows",
)


class GivenKey(RequestBody):
    """A private key in OpenSSH’s form. It is encrypted at once and never shown."""

    private_key: str = Field("", max_length=100_000, description="OpenSSH’s form")
    passphrase: str = Field("", max_length=1000)
    certificate: str = Field("", max_length=20_000, description="An SSH certificate of the key")


class LoginOut(Schema):
    """An account on a host. `via`: the login of its jump host. `endpoints`: what is reached by it."""

    id: int
    user: str
    via: int | None
    public_key: str
    certificate_until: datetime | None
    endpoints: list[int]


class Logins(Schema):
    """All accounts of a host."""

    items: list[LoginOut]


class JumpIn(RequestBody):
    """`via`: a login on the jump host; null: none."""

    via: int | None = Field(ge=1, le=2**63 - 1)


class CertificateIn(RequestBody):
    """An SSH certificate of the login’s key; empty: none."""

    certificate: str = Field(max_length=20_000)


class AuthorityIn(RequestBody):
    """@cert-authority lines; empty: the host’s key is pinned."""

    host_ca: str = Field(max_length=20_000)


class HostKeyIn(RequestBody):
    """The key that you compared on the host’s console."""

    fingerprint: str = FINGERPRINT


class SocketIn(RequestBody):
    """A socket of Podman that the account reaches."""

    socket: str = Field(max_length=255, description="Its path, /run/podman/podman.sock")


class RotateIn(RequestBody):
    """Which hosts. `one_for_all`: the same new key for all of their accounts."""

    hosts: list[int] = Field(max_length=1000)
    one_for_all: bool = False


def sealed_key(given: GivenKey) -> tuple[bytes, str]:
    """(its seal, the public line). FieldRefusal."""
    try:
        return examine_host.seal_given_key(given.private_key, given.passphrase)
    except LinkError as wrong:
        raise FieldRefusal("private_key", f"{wrong.cause} {wrong.cure}".strip()) from wrong


def _out(row: Login) -> dict[str, Any]:
    return fields_of(
        LoginOut,
        row,
        via=row.via_id,
        endpoints=list(row.endpoints.order_by("pk").values_list("pk", flat=True)),
    )


@router.get(
    "/hosts/{host_id}/logins",
    response=Logins,
    summary="Accounts of a host",
    openapi_extra=EDIT,
    operation_id="list_logins",
)
def logins(request: HttpRequest, host_id: Id) -> Any:
    """With their public keys."""
    host = get_host(person_of(request), host_id, edit_host.EDIT)
    return {"items": [_out(row) for row in host.logins.order_by("pk")]}


@router.post(
    "/bulk/hosts/rotate",
    response={202: BatchOut},
    tags=["bulk"],
    summary="Rotate the keys of hosts",
    openapi_extra={"x-verb": rotate_key.VERB},
    operation_id="rotate_keys",
)
def rotate(request: HttpRequest, given: RotateIn) -> Any:
    """A job for each account: a new key is added and tested, and only then the old one removed."""
    person = person_of(request)
    require(person, rotate_key.VERB, Target(kind="list", name="hosts"))
    return answer_once(
        request, lambda: rotate_key.ask(person, given.hosts, one_for_all=given.one_for_all)
    )


@router.put(
    "/logins/{login_id}/key",
    response=LoginOut,
    summary="Replace the key of an account",
    openapi_extra=EDIT,
    operation_id="replace_key",
)
def replace_key(request: HttpRequest, login_id: Id, given: GivenKey) -> Any:
    """Only if the host lets it in. The old key is erased here, and stays on the host."""
    login = edit_logins.get_login(person_of(request), login_id, edit_host.EDIT)
    host = login.host
    if host.kind != Host.Kind.SSH:
        raise FieldRefusal("login_id", _("This machine is reached without a key."))
    sealed, public = sealed_key(given)
    certificate = certificates.check_certificate(
        given.certificate, public_key=public, user=login.user
    )
    candidate = HostCandidate(
        HostAddress(host.address, host.port, login.user),
        sealed_key=sealed,
        public_key=public,
        shown=HostKey("", host.fingerprint, host.host_key),
        via=login.via,
        certificate=certificate,
        host_ca=host.host_ca,
    )
    with in_a_place():
        new_host.examine(candidate)
    new_host.require_sign_in(candidate)
    row = edit_logins.replace_key(
        person_now(request), login_id, sealed_key=sealed, public_key=public, certificate=certificate
    )
    async_to_sync(control.reload)()
    return _out(row)


@router.put(
    "/logins/{login_id}/certificate",
    response=LoginOut,
    summary="Set the certificate of an account’s key",
    openapi_extra=EDIT,
    operation_id="set_certificate",
)
def set_certificate(request: HttpRequest, login_id: Id, given: CertificateIn) -> Any:
    """Or remove it."""
    row = certificates.set_certificate(person_of(request), login_id, given.certificate)
    async_to_sync(control.reload)()
    return _out(row)


@router.put(
    "/logins/{login_id}/jump",
    response=LoginOut,
    summary="Set the jump host of an account",
    openapi_extra=EDIT,
    operation_id="set_jump",
)
def set_jump(request: HttpRequest, login_id: Id, given: JumpIn) -> Any:
    """Or remove it."""
    row = jumps.set_jump(person_of(request), login_id, given.via)
    async_to_sync(control.reload)()
    return _out(row)


@router.post(
    "/logins/{login_id}/sockets",
    response=LoginOut,
    summary="Add a socket of an account",
    openapi_extra=EDIT,
    operation_id="add_socket",
)
def add_socket(request: HttpRequest, login_id: Id, given: SocketIn) -> Any:
    """Another Podman that is reached by it: an endpoint. The doctor has to get an answer from it."""
    person = person_of(request)
    edit_logins.get_login(person, login_id, edit_host.EDIT)
    patient = examine_host.ask(person, login_id, socket=given.socket)
    with in_a_place():
        steps = async_to_sync(steps_of)(patient)
    found = [one for one in examine_host.found_sockets(steps) if one.path == given.socket]
    if not found:
        raise FieldRefusal("socket", _("No Podman answered there. Run the doctor."))
    edit_logins.add_sockets(person_now(request), login_id, found)
    async_to_sync(control.reload)()
    return _out(Login.objects.get(pk=login_id))


@router.delete(
    "/endpoints/{endpoint_id}",
    response={204: None},
    summary="Remove an endpoint",
    openapi_extra=EDIT,
    operation_id="remove_endpoint",
)
def remove_endpoint(request: HttpRequest, endpoint_id: Id) -> Any:
    """From Haulout, with its account if that reaches no other. Nothing on the host is changed."""
    edit_logins.remove_endpoint(person_of(request), endpoint_id)
    async_to_sync(control.reload)()
    return Status(204, None)


@router.put(
    "/hosts/{host_id}/authority",
    response=HostOut,
    summary="Set the authority that signs a host’s key",
    openapi_extra=EDIT,
    operation_id="set_authority",
)
def set_authority(request: HttpRequest, host_id: Id, given: AuthorityIn) -> Any:
    """Or remove it: then the host’s key is pinned again."""
    certificates.set_authority(person_of(request), host_id, given.host_ca)
    async_to_sync(control.reload)()
    return read_host(request, host_id)


@router.put(
    "/hosts/{host_id}/host-key",
    response=HostOut,
    summary="Accept another key of a host",
    openapi_extra=EDIT,
    operation_id="accept_host_key",
)
def accept_host_key(request: HttpRequest, host_id: Id, given: HostKeyIn) -> Any:
    """After it was installed anew. The host is asked what it shows; that has to be the given one."""
    host = get_host(person_of(request), host_id, edit_host.EDIT)
    if host.kind != Host.Kind.SSH:
        raise FieldRefusal("host_id", _("This machine is reached without a key."))
    shown = async_to_sync(control.scan)(host.address, host.port, via=jumps.via_of(host))
    if shown.fingerprint != given.fingerprint.strip():
        words = _("The host shows %(shown)s.") % {"shown": shown.fingerprint}
        raise FieldRefusal("fingerprint", words)
    edit_host.accept_host_key(
        person_now(request), host_id, line=shown.line, fingerprint=shown.fingerprint
    )
    async_to_sync(control.reload)()
    return read_host(request, host_id)

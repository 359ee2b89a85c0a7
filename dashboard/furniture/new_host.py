"""A host that is to be added in one go, from the console or by a program: its key, the doctor, its
sockets. A host is registered whole or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from asgiref.sync import async_to_sync
from django.utils.translation import gettext as _

from hosts import control
from hosts.access import Person
from hosts.actions.hosts import (
    certificates,
    edit_logins,
    examine_host,
    host_address,
    register_host,
    same_key,
)
from hosts.actions.hosts.register_host import NewHost, SocketInfo
from hosts.control import ControlError
from hosts.link.certificates import UserCertificate
from hosts.link.errors import LinkError
from hosts.link.messages import DoctorStep, HostKey
from hosts.models import Host, Login
from hosts.refusals import FieldRefusal, Refusal


class AddHostError(Refusal):
    """One line: what is wrong and what to do."""


@dataclass
class HostCandidate:
    """A host that is to be added, and what is known about it so far."""

    where: host_address.HostAddress
    sealed_key: bytes
    public_key: str
    name: str = ""
    groups: list[str] = field(default_factory=list)
    notes: str = ""
    fingerprint: str = ""
    shown: HostKey | None = None
    steps: list[DoctorStep] = field(default_factory=list)
    failure: str = ""
    via: Login | None = None
    jump_only: bool = False
    certificate: UserCertificate | None = None
    host_ca: str = ""
    # somebody said that it is another machine than those with the same host key
    another_machine: bool = False

    @property
    def port(self) -> int:
        return self.where.port or 22

    @property
    def user(self) -> str:
        return self.where.user or "root"

    def __str__(self) -> str:
        return self.name or f"{self.where.address}:{self.port}"


def words(trouble: FieldRefusal | ControlError | LinkError) -> str:
    """Cause and cure of a refusal in one line."""
    return " ".join(str(trouble).split())


def ask_key(candidate: HostCandidate) -> None:
    """Find out the host key, unless it is known. Raises AddHostError, also when it is not the given."""
    if candidate.shown is None:
        try:
            candidate.shown = async_to_sync(control.scan)(
                candidate.where.address,
                candidate.port,
                via=candidate.via.pk if candidate.via else None,
            )
        except ControlError as exc:
            raise AddHostError(words(exc)) from exc
    if candidate.fingerprint and candidate.fingerprint != candidate.shown.fingerprint:
        raise AddHostError(
            _(
                "%(host)s shows the key %(shown)s (%(kind)s), not %(given)s: it is another "
                "machine, or its key was changed. Haulout has not signed in. Compare on its "
                "console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
            )
            % {
                "host": candidate,
                "shown": candidate.shown.fingerprint,
                "kind": candidate.shown.algorithm,
                "given": candidate.fingerprint,
            }
        )


async def examine_alone(candidate: HostCandidate) -> None:
    """Its steps, as the doctor ends. ControlError."""
    assert candidate.shown is not None
    patient = examine_host.doctor_request(
        address=candidate.where.address,
        port=candidate.port,
        user=candidate.user,
        sealed_key=candidate.sealed_key,
        host_key_line=candidate.shown.line,
        socket=candidate.where.socket,
        via=candidate.via.pk if candidate.via else None,
        certificate=candidate.certificate.line if candidate.certificate else "",
        host_ca=candidate.host_ca,
    )
    latest: dict[str, DoctorStep] = {}
    async for step in control.examine(patient):
        latest[step.step] = step
    candidate.steps = list(latest.values())


def examine(candidate: HostCandidate) -> None:
    """Let the doctor look. Raises AddHostError with the first step that is in the way."""
    try:
        async_to_sync(examine_alone)(candidate)
    except ControlError as exc:
        raise AddHostError(words(exc)) from exc


def register(
    person: Person, candidate: HostCandidate, *, agreed: Callable[[HostCandidate, str], bool]
) -> Host:
    """Make it known. Another account of a known machine joins that host. `agreed` asks a person
    whether it is another machine, given what speaks for it. Raises AddHostError.
    """
    assert candidate.shown is not None
    sockets = _sockets(candidate)
    try:
        known = Host.objects.filter(
            kind=Host.Kind.SSH,
            fingerprint=candidate.shown.fingerprint,
            address=candidate.where.address,
            port=candidate.port,
        ).first()
        if known and candidate.name.lower() in ("", known.name.lower()):
            login = edit_logins.add_login(
                person,
                known.pk,
                user=candidate.user,
                sealed_key=candidate.sealed_key,
                public_key=candidate.public_key,
                sockets=sockets,
                via=candidate.via,
            )
            if candidate.certificate:
                certificates.set_certificate(person, login.pk, candidate.certificate.line)
            return known
        those = same_key.hosts_with_key(candidate.shown.fingerprint)
        twins = async_to_sync(same_key.compare)(sockets, those) if those else []
        warned = same_key.warning(twins)
        return register_host.register(
            person,
            NewHost(
                name=candidate.name or register_host.propose_name(candidate.where.address),
                address=candidate.where.address,
                port=candidate.port,
                user=candidate.user,
                host_key_line=candidate.shown.line,
                fingerprint=candidate.shown.fingerprint,
                sealed_key=candidate.sealed_key,
                public_key=candidate.public_key,
                sockets=sockets,
                groups=candidate.groups,
                notes=candidate.notes,
                via=candidate.via,
                jump_only=candidate.jump_only,
                certificate=candidate.certificate,
                host_ca=candidate.host_ca,
                twins=twins,
                another_machine=not warned or agreed(candidate, warned),
            ),
        )
    except FieldRefusal as exc:
        raise AddHostError(words(exc)) from exc


def require_sign_in(candidate: HostCandidate) -> None:
    """AddHostError with the step that failed, unless the doctor was let in."""
    ended = {step.step: step for step in candidate.steps}
    if "login" in ended and ended["login"].state == "passed":
        return
    for step in candidate.steps:
        if step.state == "failed":
            raise AddHostError(" ".join(f"{step.cause} {step.cure}".split()))


def _sockets(candidate: HostCandidate) -> list[SocketInfo]:
    if candidate.jump_only:
        require_sign_in(candidate)
        return []
    found = examine_host.found_sockets(candidate.steps)
    if candidate.where.socket:
        found = [one for one in found if one.path == candidate.where.socket]
    else:
        # the account's own; others' stores are added on the page, where one sees them
        found = [one for one in found if one.user == candidate.user] or found
    for step in candidate.steps:
        if step.state == "failed" and not found:
            raise AddHostError(" ".join(f"{step.cause} {step.cure}".split()))
    if not found:
        raise AddHostError(
            _("No Podman socket answered there. On the host: systemctl enable --now podman.socket")
        )
    return found


def add(person: Person, candidate: HostCandidate, *, another_machine: bool) -> Host:
    """All of it in one go. AddHostError, Denied."""
    ask_key(candidate)
    examine(candidate)
    return register(person, candidate, agreed=lambda _candidate, _warned: another_machine)

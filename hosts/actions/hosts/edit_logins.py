"""host.edit for logins and endpoints of a registered host."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from hosts import bells
from hosts.access import NotVisible, Person, get_host
from hosts.actions.hosts.edit_host import (
    EDIT,
    INVENTORY_BELLS,
    log_change,
    reconnect,
    refuse_while_jobs,
)
from hosts.actions.hosts.host_address import check_user
from hosts.actions.hosts.register_host import SocketInfo, add_endpoints
from hosts.link.certificates import UserCertificate
from hosts.models import Endpoint, Login
from hosts.refusals import FieldRefusal


def get_login(person: Person, login_id: int, verb: str) -> Login:
    """A login of a host that the person sees and may do `verb` with. NotVisible, Denied."""
    login = Login.objects.select_related("host").filter(pk=login_id).first()
    if login is None:
        raise NotVisible
    get_host(person, login.host_id, verb)
    return login


def add_login(
    person: Person,
    host_id: int,
    *,
    user: str,
    sealed_key: bytes,
    public_key: str,
    sockets: list[SocketInfo],
    via: Login | None = None,
    certificate: UserCertificate | None = None,
) -> Login:
    """Add another account of a host, with its key and sockets. FieldRefusal, Denied."""
    host = get_host(person, host_id, EDIT)
    user = check_user(user)
    if host.logins.filter(user=user).exists():
        raise FieldRefusal(
            "user", _("The account %(user)s is already registered.") % {"user": user}
        )
    with transaction.atomic():
        login = Login.objects.create(
            host=host,
            user=user,
            sealed_key=sealed_key,
            public_key=public_key,
            via=via,
            certificate=certificate.line if certificate else "",
            certificate_until=certificate.until if certificate else None,
        )
        add_endpoints(login, sockets)
        host.save()
        params = {"added_login": user, "sockets": _paths(sockets)}
        log_change(person, EDIT, host, params | _of(certificate))
    return login


def add_sockets(person: Person, login_id: int, sockets: list[SocketInfo]) -> list[Endpoint]:
    """Add endpoints to a login. FieldRefusal, Denied."""
    login = get_login(person, login_id, EDIT)
    with transaction.atomic():
        made = add_endpoints(login, sockets)
        login.host.save()
        log_change(
            person, EDIT, login.host, {"login": login.user, "added_sockets": _paths(sockets)}
        )
    return made


def replace_key(
    person: Person,
    login_id: int,
    *,
    sealed_key: bytes,
    public_key: str,
    certificate: UserCertificate | None = None,
) -> Login:
    """Replace a login's SSH key. The old key and its certificate are deleted at once."""
    login = get_login(person, login_id, EDIT)
    with transaction.atomic():
        login.sealed_key, login.public_key = sealed_key, public_key
        login.certificate = certificate.line if certificate else ""
        login.certificate_until = certificate.until if certificate else None
        login.save()
        reconnect(Login.objects.filter(pk=login.pk))
        params = {"login": login.user, "public_key": public_key}
        log_change(person, EDIT, login.host, params | _of(certificate))
    return login


def get_endpoint(person: Person, endpoint_id: int) -> Endpoint:
    """An endpoint whose host the person may edit. NotVisible, Denied."""
    endpoint = Endpoint.objects.select_related("host", "login").filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotVisible
    get_host(person, endpoint.host_id, EDIT)
    return endpoint


def refuse_the_last(endpoint: Endpoint) -> None:
    """FieldRefusal if it is the only endpoint of its host."""
    if endpoint.host.endpoints.count() == 1:
        raise FieldRefusal("host", _("This is the host's last socket: remove the host instead."))


def remove_endpoint(person: Person, endpoint_id: int) -> None:
    """Delete an endpoint with its inventory, and its login if it was the last. FieldRefusal."""
    endpoint = get_endpoint(person, endpoint_id)
    host = endpoint.host
    with transaction.atomic():
        refuse_the_last(endpoint)
        refuse_while_jobs(Endpoint.objects.filter(pk=endpoint.pk))
        login, socket = endpoint.login, endpoint.socket
        endpoint.delete()
        raise_epoch()
        # a login that is a jump stays, even without a socket
        if not login.endpoints.exists() and not login.behind.exists():
            login.delete()
        host.changed_at = timezone.now()
        host.save()
        log_change(person, EDIT, host, {"login": login.user, "removed_socket": socket})
        bells.ring(*INVENTORY_BELLS)


def _of(certificate: UserCertificate | None) -> dict[str, str]:
    if certificate is None:
        return {}
    return {"certificate": f"{certificate.key_id}, {certificate.authority}"}


def _paths(sockets: list[SocketInfo]) -> list[str]:
    return [socket.path for socket in sockets]

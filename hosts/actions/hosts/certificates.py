"""host.edit for SSH certificates: a login's own, and the authority for a host's key."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit import params
from hosts.access import Person, get_host
from hosts.actions.hosts.edit_host import EDIT, log_change, reconnect
from hosts.actions.hosts.edit_logins import get_login
from hosts.link.certificates import UserCertificate, read_authority, read_user_certificate
from hosts.link.errors import LinkError
from hosts.models import Host, Login
from hosts.refusals import FieldRefusal

params.allow(EDIT, "certificate", "host_ca")


def check_certificate(pasted: str, *, public_key: str, user: str) -> UserCertificate | None:
    """A certificate for this key and account. None for empty text. FieldRefusal("certificate", …)."""
    if not pasted.strip():
        return None
    try:
        return read_user_certificate(pasted, public_key=public_key, user=user)
    except LinkError as exc:
        raise FieldRefusal("certificate", exc.cause, cure=exc.cure) from exc


def check_authority(pasted: str) -> str:
    """Authority lines in their stored form. FieldRefusal("host_ca", …)."""
    if not pasted.strip():
        return ""
    if len(pasted) > 20_000:
        raise FieldRefusal("host_ca", _("Too many lines for one host."))
    try:
        read_authority(pasted)
    except LinkError as exc:
        raise FieldRefusal("host_ca", exc.cause, cure=exc.cure) from exc
    return "\n".join(line.strip() for line in pasted.splitlines() if line.strip())


def set_certificate(person: Person, login_id: int, pasted: str) -> Login:
    """Set the certificate of a login's key. "" removes it. FieldRefusal, Denied."""
    login = get_login(person, login_id, EDIT)
    found = check_certificate(pasted, public_key=login.public_key, user=login.user)
    with transaction.atomic():
        login.certificate = found.line if found else ""
        login.certificate_until = found.until if found else None
        login.save()
        reconnect(Login.objects.filter(pk=login.pk))
        certificate = f"{found.key_id}, {found.authority}" if found else ""
        log_change(person, EDIT, login.host, {"login": login.user, "certificate": certificate})
    return login


def set_authority(person: Person, host_id: int, pasted: str) -> Host:
    """Trust an authority for a host's key instead of the pinned one. "" ends it. FieldRefusal, Denied."""
    host = get_host(person, host_id, EDIT)
    lines = check_authority(pasted)
    with transaction.atomic():
        host.host_ca = lines
        host.save()
        reconnect(host.logins.all())
        log_change(person, EDIT, host, {"host_ca": lines})
    return host

"""Logs once when a login's certificate ends within two weeks, and once when it has ended."""

from django.db import transaction
from django.utils import timezone

from audit import params, write
from audit.shapes import Who
from hosts import bells
from hosts.actions.hosts.register_host import target_of_host
from hosts.link.certificates import WARN_BEFORE
from hosts.models import Login

ENDS, ENDED = "host.certificate_ends", "host.certificate_ended"
_CLOCK = Who(name="Haulout", door="worker")
for verb in (ENDS, ENDED):
    params.allow(verb, "login", "until")


def log_certificate_ends() -> int:
    """A chore. Returns how many were logged. A new certificate is logged again."""
    now = timezone.now()
    near = Login.objects.filter(certificate_until__lt=now + WARN_BEFORE, host__enabled=True)
    return sum(_tell(login) for login in near.select_related("host").defer("sealed_key"))


def _tell(login: Login) -> bool:
    until = login.certificate_until
    assert until is not None
    verb = ENDED if until <= timezone.now() else ENDS
    notice = f"{verb} {until.isoformat()}"
    with transaction.atomic():
        mine = Login.objects.filter(pk=login.pk, certificate_until=until)
        # the update decides between two workers
        if not mine.exclude(certificate_told=notice).update(certificate_told=notice):
            return False
        params = {"login": login.user, "until": until.isoformat()}
        write.event(_CLOCK, verb, target_of_host(login.host), params=params)
        bells.ring("hosts", "audit")
    return True

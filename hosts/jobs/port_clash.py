"""Podman's refusal of a port that is taken, in words that name the port and its owner."""

import re

from django.utils.translation import gettext as _

from accounts.models import User
from hosts.access import visible_objects
from hosts.jobs.rights import person_of
from hosts.models import Container, Job
from hosts.models.inventory import LIVE

# netavark and rootlessport on 4.3, 5.4 and 5.8; pasta
_TAKEN = re.compile(
    r"listen (?P<protocol>tcp|udp|sctp)\d? \S*:(?P<port>\d+): bind: address already in use"
    r"|bind port (?P<pasta>\d+) \(address already in use",
    re.IGNORECASE,
)
_HOLD_PORTS = ("running", "paused", "stopping")


def is_port_clash(refusal: str) -> bool:
    """True when Podman says that a port of the host is taken."""
    return _TAKEN.search(refusal) is not None


def port_clash(job: Job, refusal: str) -> str:
    """“Port 8080 is taken by web on h1.”, or "" where Podman refused something else.

    Names a container only where whoever asked for the job sees it.
    """
    found = _TAKEN.search(refusal)
    if found is None or job.endpoint is None:
        return ""
    port = int(found["port"] or found["pasta"])
    values: dict[str, str | int] = {"port": port, "host": job.endpoint.host.name}
    holder = _holder(job, port, (found["protocol"] or "tcp").lower())
    if holder:
        values["name"] = holder
        return _("Port %(port)d is taken by %(name)s on %(host)s.") % values
    return _("Port %(port)d is taken on %(host)s.") % values


def _holder(job: Job, port: int, protocol: str) -> str:
    asker = User.objects.filter(pk=job.asked_by_id or 0).first()
    person = person_of(job, asker) if asker is not None else None
    if person is None or job.endpoint is None:
        return ""
    # rootful and rootless share the host's ports
    there = Container.objects.filter(
        visible_objects(person, "container"),
        LIVE,
        endpoint__host=job.endpoint.host_id,
        state__in=_HOLD_PORTS,
    ).exclude(endpoint=job.endpoint, podman_id=job.object_id)
    for name, ports in there.values_list("name", "ports"):
        for one in ports:
            first = one.get("host_port") or 0
            same = (one.get("protocol") or "tcp") == protocol
            if same and first and first <= port < first + (one.get("range") or 1):
                return str(name)
    return ""

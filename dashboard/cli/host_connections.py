"""Hosts of a file of Podman's or Docker's connections, for `manage.py host import`."""

from django.utils.translation import gettext as _

from dashboard.furniture.new_host import AddHostError, HostCandidate
from hosts.actions.hosts import connection_files
from hosts.models import Host

# by their ends; every other file is CSV
SUFFIXES = (".json", ".conf")


def read_connections(
    text: str, *, key: tuple[bytes, str] | None
) -> tuple[list[HostCandidate], list[str]]:
    """(the hosts, what is left out and why). Raises AddHostError, FieldRefusal."""
    plan = connection_files.read(text)
    if key is None:
        raise AddHostError(_("no key: give --key-file. Keys that the file names are not read."))
    said = [f"{one.connection}: {one.why}" for one in plan.left_out]
    candidates: list[HostCandidate] = []
    named: set[tuple[str, int]] = set()
    for one in plan.hosts:
        candidate = HostCandidate(one.where, *key, groups=list(one.groups))
        machine = one.where.address, candidate.port
        there = Host.objects.filter(address=one.where.address, port=candidate.port)
        if machine not in named and not there.exists():
            # without a name, further accounts join the host at this address
            candidate.name = one.connection
        named.add(machine)
        if one.password:
            said.append(_("%s: the password in its address is not used.") % one.connection)
        candidates.append(candidate)
    return candidates, said

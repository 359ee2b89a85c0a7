"""Reading a log is an audit entry, which is written before the first line is sent."""

import time

from django.db import transaction

from audit import write
from hosts.access import Person, as_container, grounds
from hosts.access.fetch import target_of
from hosts.models import InventoryRow

VERB = "container.logs"
# one entry a session and container in this time, however often a page reconnects
ENTRY_EVERY_S = 600.0
_entered: dict[tuple[str, int, str], float] = {}


def write_log_access(session: str, person: Person, rows: list[InventoryRow]) -> None:
    """An entry for each of these containers (with endpoint and host), in one transaction."""
    now = time.monotonic()
    new = {
        (session, row.endpoint_id, row.podman_id): row
        for row in rows
        if now - _entered.get((session, row.endpoint_id, row.podman_id), -ENTRY_EVERY_S)
        >= ENTRY_EVERY_S
    }
    if not new:
        return
    with transaction.atomic():
        for row in new.values():
            target = target_of(
                row.endpoint, kind="container", object_id=row.podman_id, name=row.name
            )
            grant = grounds(person, VERB, row.endpoint, as_container(row)).words
            write.event(person.who, VERB, target, grant=grant)
    # others' threads write here too
    for old in [key for key, at in tuple(_entered.items()) if now - at > ENTRY_EVERY_S]:
        _entered.pop(old, None)
    _entered.update(dict.fromkeys(new, now))

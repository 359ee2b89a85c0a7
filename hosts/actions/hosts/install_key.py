"""host.install_key: adds a public key to authorized_keys, with the account's password once.

The password goes through the link's control socket and is not kept.
"""

import time

from asgiref.sync import async_to_sync
from django.db import transaction

from audit import write
from audit.shapes import Target
from hosts import control
from hosts.access import Person, require
from hosts.control import ControlError

VERB = "host.install_key"
NEEDS = "host.add"


def install(
    person: Person,
    *,
    address: str,
    port: int,
    user: str,
    password: str,
    public_key_line: str,
    host_key_line: str,
    via: int | None = None,
) -> None:
    """Do it now, with intent and outcome. ControlError, Denied."""
    target = Target(kind="host", id="", name=address)
    require(person, NEEDS, target)
    with transaction.atomic():
        number = write.intent(
            person.who, VERB, target, params={"address": address, "port": port, "user": user}
        )
    began, result, detail = time.monotonic(), "unknown", ""
    try:
        async_to_sync(control.install_key)(
            address=address,
            port=port,
            user=user,
            password=password,
            public_key_line=public_key_line,
            host_key_line=host_key_line,
            via=via,
        )
        result = "ok"
    except ControlError as error:
        result = "unknown" if error.kind == "link-away" else "failed"
        detail = error.cause
        raise
    finally:
        with transaction.atomic():
            write.outcome(
                number,
                result,
                detail=detail,
                duration_ms=round((time.monotonic() - began) * 1000),
            )

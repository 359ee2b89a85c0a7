"""What a change becomes where it needs a second person: a request that the same call carries out later."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.routes.table import Answer, Takes
from hosts.guardrails import masked
from hosts.inventory.bounds import mapping, text
from hosts.jobs.held_requests import ClientRequest, WaitsForApproval

# the reason, as for REST; docker sends it where its config.json says so (HttpHeaders)
REASON: Final = b"haulout-reason"
_LONGEST: Final = 300
# how long after the first the last of what compose asks for at once comes
TOGETHER_S = 1.0
# docker's compose and podman's both say it, of what they make; and where each dialect has its labels
_PROJECT: Final = "com.docker.compose.project"
_LABELS: Final = ("Labels", "labels", "Label")
# whose body is for nobody's eyes
_SECRETS: Final = "/secrets/create"


def client_request(call: Call, target: str, found: ResolvedObject | None) -> ClientRequest | None:
    """None where nobody can say that it is the same again: a terminal, or an archive that is read as it
    comes. `target`: as it goes to the host. `found`: the object that it is about.
    """
    route = call.request.route
    if route.answer is Answer.UPGRADE or route.takes is Takes.ARCHIVE:
        return None
    if not call.body or call.request.route.path == _SECRETS:
        return same_again(call, target, call.body, group=_group(found, {}))
    body = json.loads(call.body)
    return same_again(
        call,
        target,
        call.body,
        sealed=call.body,
        shown=partial(masked.request, body),
        group=_group(found, body),
    )


def same_again(
    call: Call,
    target: str,
    body: bytes = b"",
    *,
    sealed: bytes = b"",
    shown: Callable[[], str] | None = None,
    group: str = "",
) -> ClientRequest:
    """What carries it out later is this method with this `target` and `body`. `sealed`, `shown`: of it, for
    whoever decides.
    """
    whole = b"\n".join([call.head.method.encode(), target.encode(), body])
    digest = salted_hmac("hosts.gate.holding", whole, algorithm="sha256").hexdigest()
    return ClientRequest(digest, _reason(call), sealed, shown, group)


async def words_of(waits: WaitsForApproval) -> str:
    """What its client hears. Compose gives up at the first no: it hears that once its others have come."""
    if not waits.asked.group:
        return waits.message
    await asyncio.sleep(TOGETHER_S)
    return await in_thread(waits.words)


def _group(found: ResolvedObject | None, body: Mapping[str, Any]) -> str:
    """What one compose project asks for is decided together: by labels of what is there, or is made."""
    told = found.inspect if found else body
    labels = [found.object.labels] if found else []
    labels += [mapping(told.get(key)) for key in _LABELS]
    project = next((some[_PROJECT] for some in labels if some.get(_PROJECT)), "")
    return f"compose {text(project, limit=100)}" if project else ""


def _reason(call: Call) -> str:
    given = b" ".join(call.head.fields.get(REASON, [])[:1]).decode("utf-8", "replace")
    told = "".join(letter for letter in given if letter.isprintable()).strip()
    if told or not call.person.who.client:
        return told[:_LONGEST] or _("Asked through the gate, without a reason.")
    return _("Asked with %s, without a reason.") % call.person.who.client

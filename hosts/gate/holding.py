"""What a change becomes where it needs a second person: a request that the same call carries out later."""

import json
from functools import partial
from typing import Final

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from hosts.gate.call import Call
from hosts.gate.routes import Answer, Takes
from hosts.guardrails import masked
from hosts.jobs.held_requests import ClientRequest

# the reason, as for REST; docker sends it where its config.json says so (HttpHeaders)
REASON: Final = b"haulout-reason"
_LONGEST: Final = 300
# whose body is for nobody's eyes
_SECRETS: Final = "/secrets/create"


def client_request(call: Call, target: str) -> ClientRequest | None:
    """None where nobody can say that it is the same again: a terminal, or an archive that is read as it
    comes. `target`: as it goes to the host.
    """
    route = call.request.route
    if route.answer is Answer.UPGRADE or route.takes is Takes.ARCHIVE:
        return None
    whole = b"\n".join([call.head.method.encode(), target.encode(), call.body])
    digest = salted_hmac("hosts.gate.holding", whole, algorithm="sha256").hexdigest()
    if not call.body or call.request.route.path == _SECRETS:
        return ClientRequest(digest, _reason(call))
    text = partial(masked.request, json.loads(call.body))
    return ClientRequest(digest, _reason(call), call.body, text)


def _reason(call: Call) -> str:
    given = b" ".join(call.head.fields.get(REASON, [])[:1]).decode("utf-8", "replace")
    told = "".join(letter for letter in given if letter.isprintable()).strip()
    if told or not call.person.who.client:
        return told[:_LONGEST] or _("Asked through the gate, without a reason.")
    return _("Asked with %s, without a reason.") % call.person.who.client

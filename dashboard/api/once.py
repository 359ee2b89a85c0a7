"""From an ask to an answer: 202 with the job, once for each Idempotency-Key, refusals as problems."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from ninja import Status

from accounts import repeats
from dashboard.api.problems import Problem, wrong
from dashboard.api.shapes import batch_out, job_out
from hosts.models import Batch, Job

log = logging.getLogger(__name__)
HEADER = "Idempotency-Key"


def asked(request: HttpRequest, ask: Callable[[], Job | Batch]) -> Status[dict[str, Any]]:
    """202 and the job or batch. A repeated request gets the answer of the first, and does nothing.

    Problem: what the ask would not take, a key of another request, or of one whose end is unknown.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return Status(202, _done(ask))
    if len(key) > 200 or "\0" in key:
        raise wrong(HEADER, _("At most 200 characters."))
    said = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    # keyed: the body may hold what is easily guessed
    digest = salted_hmac("haulout.repeat", said, algorithm="sha256").hexdigest()
    repeat, first = repeats.begin(request.token, key, digest)  # type: ignore[attr-defined]
    if first:
        try:
            answer = _done(ask)
        except BaseException:
            repeats.forget(repeat)
            raise
        repeats.end(repeat, 202, answer)
        return Status(202, answer)
    if repeat.digest != digest:
        raise Problem(422, "repeat", _("Another request came with this Idempotency-Key."))
    if not repeat.status:
        words = _("A request with this key was begun, and its end is not known. Look at the jobs.")
        raise Problem(409, "repeat", words)
    return Status(repeat.status, repeat.answer)


def _done(ask: Callable[[], Job | Batch]) -> dict[str, Any]:
    try:
        found = ask()
    except ValueError as refused:
        if type(refused) is not ValueError:
            # of a decoder or a library: a fault of ours, whose words are for nobody else
            raise
        # what an ask would not take, in words for people; where it is not, this says where to look
        log.info("an ask refused what it was given", exc_info=refused)
        raise Problem(422, "invalid", str(refused)) from refused
    return batch_out(found) if isinstance(found, Batch) else job_out(found)

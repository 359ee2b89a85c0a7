"""Answers requests for jobs: 202 with the job, once for each Idempotency-Key."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from ninja import Status

from accounts import repeats
from dashboard.api.problems import Problem, field_error
from dashboard.api.schemas import batch_out, job_out
from hosts.models import Batch, Job

HEADER = "Idempotency-Key"


def answer_once(request: HttpRequest, ask: Callable[[], Job | Batch]) -> Status[dict[str, Any]]:
    """202 and the job or batch. A repeated request gets the answer of the first, and does nothing.

    Raises Problem for a refused request, and for a key of another request or of one with unknown
    end.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return Status(202, _answer(ask()))
    if len(key) > 200 or "\0" in key:
        raise field_error(HEADER, _("At most 200 characters."))
    said = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    # keyed: the body may hold what is easily guessed
    digest = salted_hmac("haulout.repeat", said, algorithm="sha256").hexdigest()
    repeat, first = repeats.begin(request.token, key, digest)  # type: ignore[attr-defined]
    if first:
        try:
            answer = _answer(ask())
        except BaseException:
            repeats.forget(repeat)
            raise
        repeats.end(repeat, 202, answer)
        return Status(202, answer)
    if repeat.digest != digest:
        raise Problem(422, "repeat", _("This Idempotency-Key was used with another request."))
    if not repeat.status:
        words = _("A request with this key was begun, and its result is unknown. Look at the jobs.")
        raise Problem(409, "repeat", words)
    return Status(repeat.status, repeat.answer)


def _answer(found: Job | Batch) -> dict[str, Any]:
    return batch_out(found) if isinstance(found, Batch) else job_out(found)

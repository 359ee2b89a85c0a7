"""Jobs: listed, one, waited for, cancelled."""

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from itertools import count
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.follow_lists import JobChanges, follow_list
from dashboard.api.follows import FOLLOWED, Waiting, follow_lines
from dashboard.api.inventory import Id
from dashboard.api.lists import FollowedQuery, page_of
from dashboard.api.recheck import person_now
from dashboard.api.schemas import JobOut, OneJobOut, job_out, one_job_out
from dashboard.furniture.bodies import EmptyBody
from dashboard.live.spec import registered
from hosts.access import get_job, require
from hosts.access.limits import TooManyRequests
from hosts.actions import cancel_job
from hosts.database_threads import in_thread
from hosts.models import Job

router = Router(tags=["jobs"])
LOOK_EVERY_S = 0.25
# every how many looks it is asked whether the token may still wait
RIGHTS_EVERY = 4
# what may be sent, or no body at all
_NOTHING = EmptyBody()
# each holds a thread of this web process
WAITING = BoundedSemaphore(100)


class Jobs(Schema):
    """A page of jobs."""

    items: list[JobOut]
    next: str


class WaitQuery(Schema):
    """How long to wait for the end."""

    wait: int = Field(
        0, ge=0, le=60, description="Wait for the job's end, at most this many seconds"
    )
    follow: bool = Field(False, description="JSON lines until its end")


@router.get("/jobs", response=Jobs, summary="List jobs", openapi_extra=FOLLOWED)
def listed(request: HttpRequest, asked: Query[FollowedQuery]) -> Any:
    """The owner's jobs, and those of others if the token may see jobs. With `follow` the newest, then
    each as it changes; each line has an `op`: begin, job, whole, gone, alive, ended.
    """
    if asked.follow:
        changes = JobChanges(asked.limit)
        return follow_list(request, registered("jobs"), asked, changes, "job", job_out)
    found = page_of(registered("jobs"), person_of(request), asked)
    return {"items": [job_out(job) for job in found["items"]], "next": found["next"]}


@router.get(
    "/jobs/{job_id}",
    response=OneJobOut,
    summary="One job; optionally wait for its end, or follow it",
    openapi_extra=FOLLOWED,
)
def one(request: HttpRequest, job_id: Id, asked: Query[WaitQuery]) -> Any:
    """With `wait` it answers when the job has ended or the time is over; see `ended`. It stops waiting
    if the token is revoked. With `follow` a line (`op`: job) for each change until its end.
    """
    job = get_job(person_of(request), job_id)
    if asked.follow:
        return follow_lines(
            request, lambda: _changes(request, job_id), lambda now: get_job(now, job_id)
        )
    if asked.wait and job.state in Job.OPEN:
        with in_a_place():
            _wait(request, job, until=time.monotonic() + asked.wait)
        # rights may have gone meanwhile, and the result has come
        job = get_job(person_now(request), job_id)
    return one_job_out(job)


async def _changes(request: HttpRequest, job_id: int) -> AsyncGenerator[dict[str, Any], None]:
    """The job each time when it has changed, until its end."""
    said = None
    with Waiting(frozenset({"jobs"})) as waiting:
        while True:
            job = await in_thread(lambda: get_job(person_now(request), job_id))
            if spoke := job.changed_at != said:
                yield {"op": "job", "job": one_job_out(job)}
            said = job.changed_at
            if job.state not in Job.OPEN:
                return
            if waiting.silent(spoke=spoke):
                yield {"op": "alive"}
            await waiting.bell()


@contextmanager
def in_a_place() -> Iterator[None]:
    """Among the few requests that hold a thread for long. TooManyRequests."""
    if not WAITING.acquire(blocking=False):
        raise TooManyRequests(1)
    try:
        yield
    finally:
        WAITING.release()


def _wait(request: HttpRequest, job: Job, *, until: float) -> None:
    """Until it has ended, or the time is over. NotVisible, AuthenticationError."""
    for look in count(1):
        if job.state not in Job.OPEN or time.monotonic() >= until:
            return
        time.sleep(LOOK_EVERY_S)
        if look % RIGHTS_EVERY:
            job.refresh_from_db(fields=["state"])
        else:
            job.state = get_job(person_now(request), job.pk).state


@router.post("/jobs/{job_id}/cancel", response=JobOut, summary="Cancel a job")
def cancel(request: HttpRequest, job_id: Id, given: EmptyBody = _NOTHING) -> Any:
    """The job ends as cancelled, unless it ended before."""
    person = person_of(request)
    job = get_job(person, job_id)
    if person.scope is not None and not person.scope.has(cancel_job.VERB):
        # one's own needs no right in the page, but a token that only looks must not end it
        require(person, cancel_job.VERB, Target(kind="job", id=str(job.pk), name=str(job)))
    return job_out(cancel_job.ask(person, job_id))

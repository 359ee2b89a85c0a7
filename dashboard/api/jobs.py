"""Jobs: listed, one, waited for, cancelled."""

import time
from itertools import count
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.inventory import Id
from dashboard.api.lists import ListQuery, page_of
from dashboard.api.recheck import person_now
from dashboard.api.schemas import JobOut, job_out
from dashboard.furniture.bodies import EmptyBody
from dashboard.live.spec import registered
from hosts.access import get_job, require
from hosts.access.limits import TooManyRequests
from hosts.actions import cancel_job
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


@router.get("/jobs", response=Jobs, summary="List jobs")
def listed(request: HttpRequest, asked: Query[ListQuery]) -> Any:
    """The owner's jobs, and those of others if the token may see jobs."""
    found = page_of(registered("jobs"), person_of(request), asked)
    return {"items": [job_out(job) for job in found["items"]], "next": found["next"]}


@router.get("/jobs/{job_id}", response=JobOut, summary="One job; optionally wait for its end")
def one(request: HttpRequest, job_id: Id, asked: Query[WaitQuery]) -> Any:
    """With `wait` it answers when the job has ended or the time is over; see `ended`. It stops waiting
    if the token is revoked.
    """
    job = get_job(person_of(request), job_id)
    if asked.wait and job.state in Job.OPEN:
        if not WAITING.acquire(blocking=False):
            raise TooManyRequests(1)
        try:
            _wait(request, job, until=time.monotonic() + asked.wait)
        finally:
            WAITING.release()
        # rights may have gone meanwhile, and the result has come
        job = get_job(person_now(request), job_id)
    return job_out(job)


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

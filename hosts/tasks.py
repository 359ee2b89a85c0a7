"""Celery's side of the worker: messages that wake its loop, and the chores that beat asks for."""

import logging

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.core.management import call_command
from django.db import connection

from hosts.actions import ACTIONS
from hosts.guardrails import met
from hosts.jobs.loop import WorkerLoop
from hosts.jobs.tidy import tidy_jobs

log = logging.getLogger(__name__)
_loops: list[WorkerLoop] = []


@worker_ready.connect
def _start(**_: object) -> None:
    loop = WorkerLoop(ACTIONS)
    loop.start()
    _loops.append(loop)
    log.info("worker %s takes jobs", loop.name)


@worker_shutting_down.connect
def _stop(**_: object) -> None:
    for loop in _loops:
        loop.stop()
    _loops.clear()


@shared_task(name="hosts.carry_out")
def carry_out(job_ids: list[int]) -> None:
    """Hand jobs to the loop; the claim decides who does them, so a second delivery is harmless."""
    for loop in _loops:
        loop.hand_over(job_ids)


@shared_task(name="hosts.audit_upkeep")
def audit_upkeep() -> None:
    """Settle lost transfers, sum refusals, sign and verify the audit log, feed its sinks."""
    from audit.upkeep import upkeep
    from hosts.actions.streamed import settle_lost

    settle_lost()
    upkeep()


@shared_task(name="hosts.thin_stats")
def thin_stats() -> None:
    """Merge old statistics into longer steps, and drop what is past its time."""
    from hosts.stats.thinning import thin

    thin()


@shared_task(name="hosts.refresh_statistics")
def refresh_statistics() -> None:
    """Let SQLite count its rows anew where they grew tenfold; PostgreSQL does so by itself.

    Without counts it takes the wrong index: the newest of 30,000 running containers take 16 ms, not 1.
    Where nothing grew it costs next to nothing.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")


@shared_task(name="hosts.tidy")
def tidy() -> None:
    """Forget what is old: gone inventory rows, ended jobs past their time."""
    from hosts.inventory.history import tidy_events
    from hosts.inventory.tidy import tidy as tidy_inventory

    tidy_inventory()
    tidy_events()
    tidy_jobs()
    met.tidy()
    # sessions past their end: Django leaves the sweeping to us
    call_command("clearsessions")


@shared_task(name="hosts.certificate_ends")
def certificate_ends() -> None:
    """Write down which certificates end soon, or have ended."""
    from hosts.actions.hosts.certificate_ends import tell_ends

    tell_ends()


@shared_task(name="hosts.ended_access")
def ended_access() -> None:
    """Take away grants whose time is over, requests on which nobody decided, jobs nobody approved."""
    from hosts.actions.access_requests.ended_grants import end_grants, expire_requests
    from hosts.actions.mutes.mute_host import end_mutes
    from hosts.jobs.held import expire

    end_grants()
    expire_requests()
    expire()
    end_mutes()


@shared_task(name="hosts.settle_terminals")
def settle_terminals() -> None:
    """End what runs on in terminals that nobody holds any more; remove parts of broken uploads, and look
    for the images of broken builds.
    """
    from hosts.actions.build.lost_uploads import look_for_builds
    from hosts.actions.containers.settle_terminals import settle_terminals as settle
    from hosts.actions.files.sweeping import sweep

    settle()
    sweep()
    look_for_builds()

"""Chores: what workers do from time to time, each by one worker at a time (hosts.jobs.chore_runner)."""

from collections.abc import Callable
from typing import Final

from django.core.management import call_command
from django.db import connection

from audit import upkeep
from hosts.actions.access_requests.expiry import end_grants, expire_requests
from hosts.actions.builds.lost_uploads import look_for_builds
from hosts.actions.containers.settle_terminals import settle_terminals
from hosts.actions.files.sweep import sweep
from hosts.actions.hosts.certificate_expiry import log_certificate_ends
from hosts.actions.hosts.mute_host import end_mutes
from hosts.actions.streams import settle_lost
from hosts.guardrails import hits
from hosts.inventory.history import tidy_events
from hosts.inventory.tidy import tidy as tidy_inventory
from hosts.jobs.approvals import expire
from hosts.jobs.chore_runner import ChoreSpec
from hosts.jobs.tidy import tidy_jobs
from hosts.registries.checks import check_updates
from hosts.stats.thin import thin


def _each(*steps: Callable[[], object]) -> Callable[[], object]:
    def do() -> None:
        for step in steps:
            step()

    return do


def refresh_statistics() -> None:
    """Have SQLite count its rows anew where they grew tenfold; PostgreSQL does so by itself.

    Without counts it takes the wrong index: the newest of 30,000 running containers take 16 ms instead
    of 1. Where nothing grew, it costs next to nothing.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")


def clear_sessions() -> None:
    """Delete expired sessions: Django leaves that to us."""
    call_command("clearsessions")


CHORES: Final = {
    # 200 entries a second are 1,000 after five seconds, hence so often; a few seconds after a
    # worker was lost, another signs
    "sign": ChoreSpec(0.5, upkeep.sign, lease_s=5.0, is_due=upkeep.must_sign),
    # ends that nobody noticed: transfers, terminals, builds, grants, requests, mutes, approvals
    "transfers": ChoreSpec(60.0, settle_lost),
    "terminals": ChoreSpec(15.0, _each(settle_terminals, sweep, look_for_builds)),
    "access": ChoreSpec(10.0, _each(end_grants, expire_requests, expire, end_mutes)),
    "audit": ChoreSpec(60.0, upkeep.upkeep),
    "stats": ChoreSpec(300.0, thin),
    # what tags name at registries now
    "updates": ChoreSpec(60.0, check_updates),
    "certificates": ChoreSpec(600.0, log_certificate_ends),
    # a fleet that was just added should not wait an hour for good plans
    "statistics": ChoreSpec(60.0, refresh_statistics),
    # old rows: inventory that is gone, events, ended jobs, findings of rules, sessions
    "tidy": ChoreSpec(
        3600.0, _each(tidy_inventory, tidy_events, tidy_jobs, hits.tidy, clear_sessions)
    ),
}

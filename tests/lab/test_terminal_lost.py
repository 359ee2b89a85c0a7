"""Terminals that nobody holds any more: what runs in them is ended, and the log says so."""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from hosts.access import Person
from hosts.actions.containers import open_terminal, settle_terminals
from hosts.models import OpenTerminal
from hosts.podman import execs, hang_up
from tests.lab.podman_hosts import client
from tests.lab.real_endpoint import endpoint_on, vault_keys
from tests.lab.terminal_page import (
    SLEEP,
    container,
    only_sleep_is_left,
    page,
    processes,
    settled,
)

__all__ = ["container", "endpoint_on", "page", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_terminal_that_its_web_process_left_behind_is_ended(
    cast: Any, container: Any, lab: Any, entries: Any, who_of: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = Person(cast.bob, who_of(cast.bob))
    opened = await sync_to_async(open_terminal.begin)(bob, where, open_terminal.ExecOptions())
    async with client(lab.hosts[0]) as podman:
        made = await execs.create(
            podman, where[1], ["sh"], tty=True, environment={hang_up.MARK: opened.mark}
        )
        pipe = await execs.start(podman, made, tty=True)
        await pipe.close()
    await sync_to_async(open_terminal.update_row)(opened, exec_id=made)
    assert await sync_to_async(settle_terminals.settle_terminals)() == 0
    assert len(await sync_to_async(processes)(lab.hosts[0], where)) == 2
    long_ago = timezone.now() - timedelta(minutes=5)
    await OpenTerminal.objects.aupdate(seen_at=long_ago, started_at=long_ago - timedelta(hours=1))
    assert await sync_to_async(settle_terminals.settle_terminals)() == 1
    await only_sleep_is_left(lab.hosts[0], where)
    _intent, outcome = await sync_to_async(settled)(entries)
    assert (outcome.result, outcome.detail) == ("cancelled", settle_terminals.WEB_GONE)
    assert outcome.duration_ms == 3_600_000


async def test_a_host_that_went_away_is_tidied_when_it_is_back(
    cast: Any, container: Any, page: Any, lab: Any, entries: Any, faults: None
) -> None:
    host = lab.hosts[0]
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    await bob.sees("# ")
    await sync_to_async(host.kill_podman)()
    assert (await bob.told("ended"))["reason"] == "away"
    _intent, outcome = await sync_to_async(settled)(entries)
    assert outcome.result == "unknown"
    assert await sync_to_async(settle_terminals.settle_terminals)() == 0
    await sync_to_async(host.start_podman)()
    assert await sync_to_async(settle_terminals.settle_terminals)() == 1
    await only_sleep_is_left(host, where)
    found = await sync_to_async(entries)("container.exec")
    assert [(one.kind, one.result) for one in found][2:] == [("resolution", "cancelled")]

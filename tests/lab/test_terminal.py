"""Terminals into real containers, judged by asking Podman."""

from hashlib import md5
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connection

from accounts import epoch
from accounts.models import Role, User
from dashboard.streams.terminals.session import HIGH_BYTES
from dashboard.streams.terminals.sessions import sessions
from dashboard.streams.terminals.viewer import WINDOW_BYTES
from tests.lab.real_endpoint import endpoint_on, vault_keys
from tests.lab.terminal_page import SLEEP, container, only_sleep_is_left, page, processes, settled
from tests.lab.wait import until

__all__ = ["container", "endpoint_on", "page", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)


async def test_shell_is_found_echoes_and_tells_its_exit_code(
    cast: Any, container: Any, page: Any, entries: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    assert (await bob.told("open"))["command"] == "ash"
    await bob.type("echo $((40 + 2))\r")
    await bob.sees("\r\n42\r\n")
    assert b"7777" not in bob.screen
    await bob.type("exit 3\r")
    ended = await bob.told("ended")
    assert (ended["reason"], ended["exit_code"]) == ("exited", 3)
    intent, outcome = await sync_to_async(settled)(entries)
    assert (intent.who_name, intent.target_name, intent.params) == (
        "Bob",
        "shop",
        {"shell": "shell"},
    )
    assert (outcome.result, outcome.detail) == ("ok", "exit code 3")
    assert outcome.duration_ms > 0


async def test_size_user_directory_and_command(
    cast: Any, container: Any, page: Any, entries: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where, columns=101, rows=33, user="1000", directory="/tmp")
    await bob.type("stty size; id -u; pwd\r")
    await bob.sees("\r\n33 101\r\n1000\r\n/tmp\r\n")
    await bob.say(size=[77, 22])
    await bob.type("while [ \"$(stty size)\" != '22 77' ]; do :; done; echo resi''zed\r")
    await bob.sees("resized")
    other = page(cast.bob)
    await other.open(where, command="sh -c 'echo \"it  is\" $HOME$TERM; exit 4'")
    assert (await other.told("ended"))["exit_code"] == 4
    assert b"it  is" in other.screen
    assert b"xterm-256color" in other.screen
    asked = [entry.params for entry in await sync_to_async(entries)("container.exec")]
    assert asked[0] == {"shell": "shell", "user": "1000", "directory": "/tmp"}
    assert asked[1] == {"command": 'sh -c echo "it  is" $HOME$TERM; exit 4'}


async def test_what_cannot_be_opened_says_why(
    cast: Any, container: Any, page: Any, lab: Any, entries: Any
) -> None:
    host = lab.hosts[0]
    where = await sync_to_async(container)(*SLEEP)

    async def reason(**wanted: Any) -> str:
        one = page(cast.bob)
        await one.open(where, **wanted)
        return str((await one.told("ended"))["reason"])

    assert await reason(command="/no/such thing") == "no-command"
    assert await reason(directory="/no/such") == "no-directory"
    assert await reason(user="nobody-here") == "refused"
    bad = page(cast.bob)
    await bad.open(where, command="'")
    assert await bad.closed() == 4400
    await sync_to_async(host.podman)("exec", where[1], "rm", "/bin/sh", "/bin/ash")
    assert await reason() == "no-shell"
    await sync_to_async(host.podman)("pause", where[1])
    assert await reason() == "paused"
    await sync_to_async(host.podman)("unpause", where[1])
    await sync_to_async(host.podman)("stop", "-t", "0", where[1])
    assert await reason() == "not-running"
    await sync_to_async(host.podman)("rm", where[1])
    assert await reason() == "gone"

    def results() -> list[str]:
        return [one.result for one in entries("container.exec") if one.kind == "outcome"]

    await sync_to_async(until)("the outcomes", lambda: results() == ["failed"] * 7)


async def test_a_shell_ends_when_its_last_viewer_is_gone(
    cast: Any, container: Any, page: Any, lab: Any, settings: Any, entries: Any
) -> None:
    settings.HAULOUT_TERMINAL_GRACE_S = 0.5
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    # an interactive shell that ignores SIGTERM, with something of its own
    await bob.type("trap '' TERM; sleep 777 & echo rea''dy\r")
    await bob.sees("ready")
    assert len(await sync_to_async(processes)(lab.hosts[0], where)) == 3
    await bob.leave()
    await only_sleep_is_left(lab.hosts[0], where)
    _intent, outcome = await sync_to_async(settled)(entries)
    assert (outcome.result, outcome.detail) == (
        "ok",
        "ended, because nobody had it open",
    )


async def test_coming_back_shows_what_was_missed(cast: Any, container: Any, page: Any) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    await bob.type("echo fi''rst\r")
    await bob.sees("first")
    seen, at = bob.screen, bob.at
    key = (await bob.told("key"))["key"]
    await bob.type("sleep 0.3; echo sec''ond\r")
    await bob.leave()
    again = page(cast.bob, cookie=bob.cookie)
    await again.join(key, have=at)
    await again.sees("second")
    assert b"first" not in again.screen
    assert not (await again.told("at"))["reset"]
    reloaded = page(cast.bob, cookie=bob.cookie)
    await reloaded.join(key)
    await reloaded.sees("second")
    assert reloaded.screen.startswith(seen)


async def test_others_watch_and_cannot_type(
    cast: Any, container: Any, page: Any, entries: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob, alice, charlie = page(cast.bob), page(cast.alice), page(cast.charlie)
    await bob.open(where, columns=90, rows=30)
    key = (await bob.told("key"))["key"]
    await bob.sees("# ")
    await alice.join(key)
    assert (await alice.told("role"))["of"] == "Bob"
    assert (await alice.told("size"))["columns"] == 90
    assert (await bob.told("role", watchers=("Alice",)))["types"]
    await alice.type("echo from al''ice\r")
    await alice.say(size=[20, 10])
    await bob.type("echo from b''ob; stty size\r")
    await alice.sees("from bob\r\n30 90")
    assert b"alice" not in alice.screen
    await alice.leave()
    await bob.until(lambda: [n for n in bob.notes if n["type"] == "role"][-1]["watchers"] == [])
    await charlie.join(key)
    assert await charlie.closed() == 4403
    (entry,) = await sync_to_async(entries)("container.watch")
    assert (entry.who_name, entry.kind, entry.params) == ("Alice", "event", {"owner": "Bob"})


async def test_a_withdrawn_right_ends_the_shell(
    cast: Any, container: Any, page: Any, lab: Any, entries: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    await bob.sees("# ")

    def withdraw() -> None:
        User.objects.filter(pk=cast.bob.pk).update(role=Role.objects.get(name="viewer"))
        epoch.raise_epoch()

    await sync_to_async(withdraw)()
    assert await bob.closed() == 4401
    await only_sleep_is_left(lab.hosts[0], where)
    _intent, outcome = await sync_to_async(settled)(entries)
    assert (outcome.result, outcome.detail) == (
        "cancelled",
        "ended, because the right to it was lost",
    )


async def test_signing_out_ends_a_shell_that_nobody_looks_at(
    cast: Any, container: Any, page: Any, lab: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    await bob.sees("# ")
    await bob.leave()
    await Session.objects.filter(session_key=bob.cookie).adelete()
    await only_sleep_is_left(lab.hosts[0], where)


async def test_nothing_opens_without_its_entry(
    cast: Any, container: Any, page: Any, lab: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)

    def rename(old: str, new: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{old}" RENAME TO "{new}"')

    await sync_to_async(rename)("audit_entry", "audit_hidden")
    try:
        bob = page(cast.bob)
        await bob.open(where)
        assert (await bob.told("refused"))["reason"] == "not-written"
    finally:
        await sync_to_async(rename)("audit_hidden", "audit_entry")
    ids = await sync_to_async(lab.hosts[0].podman)(
        "inspect", "--format", "{{len .ExecIDs}}", where[1]
    )
    assert ids.strip() == "0"


async def test_a_flood_waits_in_the_container_and_ctrl_c_is_seen_at_once(
    cast: Any, container: Any, page: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    await bob.sees("# ")
    drawn = bob.at
    await bob.type("yes | head -c 400000000\r")
    # nothing is drawn: the server sends one window to its last byte, and no more
    while bob.at < drawn + WINDOW_BYTES:
        await bob.read_one(draw=False)
    # until the reader holds Podman back: only then a flood is on its way
    session = sessions.find((await bob.told("key"))["key"])
    driver = session.driver
    assert driver is not None
    await sync_to_async(until)(
        "the reader is held", lambda: driver.waiting(session.kept) > HIGH_BYTES, timeout_s=60
    )
    assert await bob.socket.receive_nothing(timeout=0.5)
    before = len(bob.screen)
    await bob.type(b"\x03")
    await bob.say(drawn=bob.at)
    await bob.sees("^C")
    assert len(bob.screen) - before < 512 * 1024
    assert [note["bytes"] for note in bob.notes if note["type"] == "skipped"]


async def test_a_large_paste_arrives_whole(cast: Any, container: Any, page: Any) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    size = 300_000
    command = f"sh -c 'stty raw -echo; echo ready; head -c {size} | md5sum'"
    await bob.open(where, command=command)
    await bob.sees("ready")
    data = bytes(range(32, 127)) * (size // 95 + 1)
    sent = 0
    while sent < size:
        await bob.type(data[sent : min(sent + 16384, size)])
        sent = min(sent + 16384, size)

        def room(sent: int = sent) -> bool:
            return sent - sum(n["bytes"] for n in bob.notes if n["type"] == "took") <= 131072

        await bob.until(room)
    await bob.sees(md5(data[:size]).hexdigest())


async def test_attach_to_a_terminal_and_to_a_pipe(
    cast: Any, container: Any, page: Any, lab: Any, entries: Any
) -> None:
    tty = await sync_to_async(container)("-it", "localhost/busybox", "sh")
    bob = page(cast.bob)
    await bob.open(tty, kind="attach")
    assert (await bob.told("open"))["tty"]
    await bob.type("echo at''tached; stty size\r")
    await bob.sees("attached\r\n24 80")
    await bob.say(close=True)
    await bob.told("ended", reason="closed")
    intent, outcome = await sync_to_async(settled)(entries, "container.attach")
    assert (intent.params, outcome.result) == ({}, "ok")
    running = await sync_to_async(lab.hosts[0].podman)("ps", "-q", "--no-trunc")
    assert tty[1] in running
    pipe = await sync_to_async(container)("-i", "localhost/busybox", "sh")
    other = page(cast.bob)
    await other.open(pipe, kind="attach")
    assert not (await other.told("open"))["tty"]
    await other.type("echo pi''ped >&2\r")
    await other.sees("piped\n")
    await other.type("exit 0\r")
    await other.told("ended", reason="container-ended")

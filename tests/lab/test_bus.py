"""systemd of real hosts over the link's relay: with the narrow key, as root and as a user who lingers."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from hosts.link import keys
from hosts.link.bus import bus_place
from hosts.link.sockets import bus_socket
from hosts.systemd import Bus, BusDial, BusRejected, NotPermitted
from hosts.systemd.methods import ADD_MATCH, BUS_PATH, JOB_REMOVED, RESTART, SUBSCRIBE
from hosts.systemd.quadlets import find, find_all
from tests.lab.fixtures import LabOf
from tests.lab.hosts import Host
from tests.lab.link_process import Link, link, register
from tests.lab.podman_hosts import emptied

__all__ = ["link"]
FOLDERS = {"root": "/etc/containers/systemd", "seal": "/home/seal/.config/containers/systemd"}
# it ignores the signal to stop
WEB = "[Container]\nImage=localhost/logger\nStopTimeout=1\n"
# an ordinary unit that names a quadlet as its source
LIAR = (
    "[Unit]\nSourcePath=/etc/containers/systemd/web.container\n"
    "[Service]\nExecStart=/bin/sleep 1000\n"
)


@pytest.fixture
def host(lab_of: LabOf) -> Iterator[Host]:
    found = lab_of(systemd=True).hosts[0]
    yield found
    for user, folder in FOLDERS.items():
        # what one of the two tests has made only
        found.ssh(f"{systemctl(user)} stop web || true; rm -rf {folder}", user=user)
        found.ssh(f"{systemctl(user)} daemon-reload", user=user)
    emptied(found)


def systemctl(user: str) -> str:
    return "systemctl" if user == "root" else "systemctl --user"


def quadlet(host: Host, user: str, name: str, text: str) -> None:
    """Put a quadlet there and have systemd read it."""
    host.ssh(
        f"mkdir -p {FOLDERS[user]} && printf %s '{text}' > {FOLDERS[user]}/{name}"
        f" && {systemctl(user)} daemon-reload",
        user=user,
    )


@pytest.fixture
def narrow_key(host: Host) -> Iterator[Callable[[str], None]]:
    """`narrow_key(user)`: from now on the account's key forwards sockets and runs no command."""
    before: list[tuple[str, str]] = []

    def narrow(user: str) -> None:
        file = (
            "/root/.ssh/authorized_keys" if user == "root" else f"/home/{user}/.ssh/authorized_keys"
        )
        before.append((file, host.run("cat", file)))
        own = keys.public_line(keys.parse_private(host.login(user).key_file.read_bytes()))
        [line] = [one.line for one in keys.authorized_forms(own) if one.form == "forward"]
        write(host, file, line + "\n")

    yield narrow
    for file, text in before:
        write(host, file, text)


def write(host: Host, file: str, text: str) -> None:
    host.run("sh", "-c", 'printf %s "$1" > "$2"', "sh", text, file)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("user", ["root", "seal"])
def test_a_unit_is_restarted_with_a_key_that_runs_no_command(
    host: Host, link: Link, narrow_key: Callable[[str], None], user: str
) -> None:
    quadlet(host, user, "web.container", WEB)
    host.ssh(f"{systemctl(user)} start web", user=user)
    before = process(host, user)
    narrow_key(user)
    endpoint = register(host, user=user)
    place = bus_place(endpoint.socket)
    dial = BusDial(str(bus_socket(settings.HAULOUT_RUN, endpoint.pk)), place.uid)
    assert asyncio.run(restarted(dial)) == ("web.service", "done")
    assert process(host, user) != before


async def restarted(dial: BusDial) -> tuple[str, str]:
    """Restart the one quadlet there; (unit, how systemd's job ended)."""
    async with asyncio.timeout(30), Bus(dial) as bus:
        assert [(one.name, one.makes) for one in await find_all(bus)] == [
            ("web.service", "container")
        ]
        await bus.call(SUBSCRIBE)
        await bus.call(ADD_MATCH, JOB_REMOVED, path=BUS_PATH)
        job = await bus.call(RESTART, "web.service", "replace")
        while True:
            _number, path, unit, result = await bus.signal("JobRemoved")
            if path == job:
                return unit, result


def process(host: Host, user: str) -> str:
    """The container's first process, asked of Podman itself."""
    return host.podman("inspect", "systemd-web", "--format", "{{.State.Pid}}", user=user)


@pytest.mark.django_db(transaction=True)
def test_systemd_s_word_counts_and_another_account_s_bus_stays_shut(host: Host, link: Link) -> None:
    quadlet(host, "root", "web.container", WEB)
    write(host, "/etc/systemd/system/liar.service", LIAR)
    host.ssh("systemctl daemon-reload")
    endpoint = register(host)
    path = str(bus_socket(settings.HAULOUT_RUN, endpoint.pk))

    async def look() -> None:
        async with asyncio.timeout(30), Bus(BusDial(path, uid=0)) as bus:
            for name in ("liar.service", "ssh.service", "missing.service"):
                with pytest.raises(NotPermitted, match="No quadlet on the host makes"):
                    await find(bus, name)
            assert bus.quadlets == set()
        with pytest.raises(BusRejected):
            async with Bus(BusDial(path, uid=1000)):
                pass

    try:
        asyncio.run(look())
    finally:
        host.run("rm", "/etc/systemd/system/liar.service")

"""Ending what runs in an exec session, on each Podman version."""

import asyncio

from hosts.podman import execs, hang_up
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client
from tests.lab.test_podman_exec import running

__all__ = ["any_host", "any_lab"]


async def test_a_shell_that_ignores_sigterm_is_hung_up(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman, ["/bin/sleep", "1000"])
        for mark, line in (("first", b"trap '' TERM\n"), ("second", b"trap '' TERM HUP\n")):
            session = await execs.create(
                podman, container, ["/bin/sh"], tty=True, environment={hang_up.MARK: mark}
            )
            pipe = await execs.start(podman, session, tty=True)
            pipe.writer.write(line + b"echo rea''dy\n")
            async with asyncio.timeout(20):
                await pipe.reader.readuntil(b"ready")
            assert await hang_up.signal(podman, container, mark="another", name="KILL")
            assert (await execs.inspect(podman, session))["Running"]
            assert await hang_up.end(podman, container, session, mark=mark)
            await pipe.close()
        names = any_host.podman("top", container, "args")
        assert "/bin/sh" not in names


async def test_a_command_in_a_container_without_a_shell_is_sent_sigterm(any_host: Host) -> None:
    """By Podman's own call, which 4.3 does not have."""
    async with client(any_host) as podman:
        container = await running(podman, ["/bin/sleep", "1000"])
        any_host.podman("exec", container, "rm", "/bin/sh")
        session = await execs.create(podman, container, ["/bin/sleep", "2000"], stdin=False)
        pipe = await execs.start(podman, session, tty=False)
        assert (await execs.inspect(podman, session))["Running"]
        ended = await hang_up.end(podman, container, session, mark="none")
        await pipe.close()
        assert ended is not any_host.podman_version.startswith("4.")
        assert ("sleep 2000" in any_host.podman("top", container, "args")) is not ended

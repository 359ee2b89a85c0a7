"""A key let in with a password: an SSH server in process runs the real script in a made-up home."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import pytest_asyncio

from hosts.link import keys
from hosts.link.errors import LinkError
from hosts.link.install_key import install_key
from tests.hosts.link.conftest import LOOPBACK

PASSWORD = "canary-pässword"


class Door(asyncssh.SSHServer):
    """Lets `alice` in with the password; `methods` says by which ways it may be given."""

    methods: tuple[str, ...] = ("password",)

    def password_auth_supported(self) -> bool:
        return "password" in self.methods

    def kbdint_auth_supported(self) -> bool:
        return "kbdint" in self.methods

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("alice", PASSWORD)

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return self.validate_password(username, responses[0])


class Host:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / ".ssh" / "authorized_keys"
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.door: type[Door] = type("OwnDoor", (Door,), {})
        self.port = 0

    async def run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        child = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            str(process.command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
        )
        stdout, stderr = await child.communicate(await process.stdin.read())
        process.stdout.write(stdout)
        process.stderr.write(stderr)
        process.exit(child.returncode or 0)

    async def install(self, line: str, *, password: str = PASSWORD, user: str = "alice") -> bool:
        return await install_key(
            address="127.0.0.1",
            port=self.port,
            user=user,
            password=password,
            public_key_line=line,
            host_key_line=keys.canonical_line(self.host_key),
            policy=LOOPBACK,
        )


@pytest_asyncio.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    it = Host(tmp_path)
    async with asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: it.door(),
        server_host_keys=[it.host_key],
        process_factory=it.run,
        encoding=None,
    ) as listener:
        it.port = listener.get_port()
        yield it


@pytest.fixture
def line() -> str:
    return keys.public_line(keys.generate())


async def test_the_line_is_added_with_the_right_modes(host: Host, line: str) -> None:
    assert await host.install(line) is True
    assert host.file.read_text() == line + "\n"
    assert host.file.stat().st_mode & 0o777 == 0o600
    assert host.file.parent.stat().st_mode & 0o777 == 0o700


async def test_a_second_time_changes_nothing(host: Host, line: str) -> None:
    await host.install(line)
    before = host.file.stat()
    assert await host.install(line) is False
    assert host.file.stat().st_ino == before.st_ino


async def test_what_others_have_there_stays_even_without_a_last_newline(
    host: Host, line: str
) -> None:
    host.file.parent.mkdir()
    host.file.write_text("# of bob\nssh-ed25519 AAAAbob bob")
    await host.install(line)
    assert host.file.read_text() == f"# of bob\nssh-ed25519 AAAAbob bob\n{line}\n"
    assert [path.name for path in host.file.parent.iterdir()] == ["authorized_keys"]


async def test_another_form_replaces_the_same_key(host: Host, line: str) -> None:
    await host.install(line)
    restricted = keys.authorized_forms(line)[1].line
    assert await host.install(restricted) is True
    assert host.file.read_text() == restricted + "\n"


async def test_a_link_is_followed_and_stays_a_link(host: Host, line: str) -> None:
    host.file.parent.mkdir()
    real = host.home / "keys"
    real.write_text("")
    host.file.symlink_to(real)
    await host.install(line)
    assert host.file.is_symlink()
    assert real.read_text() == line + "\n"


async def test_keyboard_interactive_serves_as_well(host: Host, line: str) -> None:
    host.door.methods = ("kbdint",)
    assert await host.install(line) is True


@pytest.mark.parametrize(
    ("methods", "password", "kind"),
    [
        (("password",), "wrong", "password-refused"),
        (("kbdint",), "wrong", "password-refused"),
        ((), PASSWORD, "password-not-offered"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    host: Host, line: str, methods: tuple[str, ...], password: str, kind: str
) -> None:
    host.door.methods = methods
    with pytest.raises(LinkError) as caught:
        await host.install(line, password=password)
    assert caught.value.kind == kind
    assert not host.file.exists()


async def test_a_file_that_cannot_be_written_is_told(host: Host, line: str) -> None:
    host.file.parent.write_text("a file where a folder should be")
    with pytest.raises(LinkError) as caught:
        await host.install(line)
    assert caught.value.kind == "install-failed"
    assert ".ssh" in caught.value.cause


async def test_another_host_never_hears_the_password(host: Host, line: str) -> None:
    asked: list[str] = []

    def validate(self: Door, username: str, password: str) -> bool:
        asked.append(password)
        return False

    host.door.validate_password = validate  # type: ignore[method-assign]
    shown, host.host_key = host.host_key, asyncssh.generate_private_key("ssh-ed25519")
    assert shown != host.host_key
    with pytest.raises(LinkError) as caught:
        await host.install(line)
    assert caught.value.kind == "host-key-changed"
    assert asked == []


@pytest.mark.parametrize("password", [PASSWORD, PASSWORD + "-wrong"])
async def test_the_password_is_in_no_log_and_no_error(
    host: Host, line: str, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncssh.set_debug_level(2)
    (told,) = await asyncio.gather(host.install(line, password=password), return_exceptions=True)
    asyncssh.set_debug_level(1)
    assert told is True or "Permission denied" in repr(told.__cause__)  # type: ignore[union-attr]
    assert "canary" not in repr(told) + repr(getattr(told, "__cause__", ""))
    assert "canary" not in caplog.text


async def test_a_line_that_is_two_lines_is_refused(host: Host, line: str) -> None:
    with pytest.raises(LinkError) as caught:
        await host.install(f"{line}\nssh-ed25519 AAAAeve eve")
    assert caught.value.kind == "key-garbage"

"""Keys rotated on real hosts: the new one beside the old, tried, then the old one out."""

from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hosts import vault
from hosts.access import Person
from hosts.actions.hosts import rotate_key
from hosts.link import keys
from hosts.models import Endpoint, Job, Login
from tests.lab.hosts import Host, Lab
from tests.lab.link_process import Link, link, register, until, up
from tests.lab.real_endpoint import ended, worker

__all__ = ["ended", "link", "worker"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("faults", "link")]
FILE = "/root/.ssh/authorized_keys"


@pytest.fixture
def endpoints(lab: Lab, link: Link) -> Iterator[list[Endpoint]]:
    """Root of both hosts, with the public half of its key known; authorized_keys put back later."""
    before = [(host, host.run("cat", FILE)) for host in lab.hosts]
    made = []
    for host in lab.hosts:
        endpoint = register(host)
        key = keys.parse_private(host.key_file.read_bytes())
        Login.objects.filter(pk=endpoint.login_id).update(public_key=keys.public_line(key))
        made.append(endpoint)
    yield made
    for host, text in before:
        write(host, text)


def write(host: Host, text: str) -> None:
    host.run("sh", "-c", f'printf %s "$1" > {FILE}', "sh", text)


@pytest.fixture
def rotated(
    worker: Callable[[], Any], ended: Callable[..., Any], cast: Any, who_of: Any
) -> Callable[..., list[str]]:
    """`rotated(endpoints)`: asked for by alice and carried out by a worker; how each ended."""

    def rotate(endpoints: list[Endpoint], *, one_for_all: bool = False) -> list[str]:
        alice = Person(cast.alice, who_of(cast.alice))
        batch = rotate_key.ask(alice, [one.host_id for one in endpoints], one_for_all=one_for_all)
        worker()
        jobs = [ended(job, within_s=60) for job in batch.jobs.order_by("pk")]
        return [f"{job.state} {job.error}".strip() for job in jobs]

    return rotate


def blob(line: str) -> str:
    return line.split()[1]


@pytest.mark.parametrize("one_for_all", [False, True])
def test_every_host_gets_a_new_key_and_loses_the_old_one(
    lab: Lab,
    endpoints: list[Endpoint],
    rotated: Callable[..., list[str]],
    one_for_all: bool,
) -> None:
    old = [Login.objects.get(pk=one.login_id).public_key for one in endpoints]
    options = 'environment="A=b c",no-pty '
    write(lab.hosts[0], f"# mine\nssh-ed25519 AAAA other\n{options}{old[0]}")
    assert rotated(endpoints, one_for_all=one_for_all) == ["ok", "ok"]
    fresh = [Login.objects.get(pk=one.login_id).public_key for one in endpoints]
    assert len({*fresh, *old}) == (3 if one_for_all else 4)
    for host, was, now in zip(lab.hosts, old, fresh, strict=True):
        text = host.run("cat", FILE)
        assert blob(was) not in text
        assert text.count(blob(now)) == 1
    # the same permissions as before, and nobody else's line is touched
    lines = lab.hosts[0].run("cat", FILE).splitlines()
    assert lines == ["# mine", "ssh-ed25519 AAAA other", f"{options}{fresh[0]}"]
    for one in endpoints:
        until("up with the new key", partial(up, one))
    for job in Job.objects.all():
        assert job.sealed_params is None
        assert "PRIVATE" not in f"{job.params} {job.output} {job.result}"


def test_a_new_key_that_is_not_let_in_leaves_the_old_one(
    lab: Lab, endpoints: list[Endpoint], rotated: Callable[..., list[str]]
) -> None:
    host, endpoint = lab.hosts[0], endpoints[0]
    login = Login.objects.get(pk=endpoint.login_id)
    before = (login.public_key, bytes(login.sealed_key))
    text = host.run("cat", FILE)
    config = host.folder / "etc/ssh/sshd_config"
    kept = config.read_text()
    # sshd looks elsewhere: the line that is added has no effect
    (host.folder / "etc/ssh/keys_of_root").write_text(text)
    config.write_text("AuthorizedKeysFile /etc/ssh/keys_of_root\n" + kept)
    host.kill_sshd()
    host.start_sshd()
    try:
        [how] = rotated([endpoint])
        assert how.startswith("failed The old key is still in use: ")
        assert host.run("cat", FILE).strip() == text.strip()
        login.refresh_from_db()
        assert (login.public_key, bytes(login.sealed_key)) == before
        assert vault.open_sealed(bytes(login.sealed_key), "ssh-key") == host.key_file.read_bytes()
    finally:
        config.write_text(kept)
        host.kill_sshd()


def test_the_console_rotates_and_says_how_each_ended(
    lab: Lab, endpoints: list[Endpoint], worker: Callable[[], Any]
) -> None:
    worker()
    names = [one.host.name for one in endpoints]
    out = StringIO()
    call_command("host", "rotate", *names, stdout=out)
    assert out.getvalue() == "".join(f"root@{name}\tdone\n" for name in names)
    with pytest.raises(CommandError, match="no host nobody"):
        call_command("host", "rotate", "nobody")

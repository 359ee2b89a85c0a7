"""Rename, limits, init, create, commit, check, checkpoint and upgrade on real Podman."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from hosts.actions.containers import (
    check_container,
    checkpoint_container,
    command_container,
    commit_container,
    export_container,
    init_container,
    rename_container,
    restore_container,
    update_container,
    upgrade_container,
)
from hosts.actions.run import create_container
from hosts.models import Container, Job
from hosts.podman import containers
from hosts.refusals import FieldRefusal
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.registry import Registry
from tests.lab.lab_images import keep_password
from tests.lab.podman_hosts import any_host, any_lab, can_limit, client
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import IMAGE, QUICK, carried, inspect, names, row_of

__all__ = ["any_host", "any_lab", "carried", "ended", "endpoint_on", "person", "vault_keys"]
__all__ += ["keep_password", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 1024 * 1024
SLEEP = ("sleep", "1000")


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


def run(host: Host, name: str, *flags: str) -> dict[str, Any]:
    host.podman("run", "-d", "--name", name, *QUICK, *flags, IMAGE, *SLEEP)
    return inspect(host, name)


@pytest.mark.on_every_podman
def test_the_small_verbs_on_every_podman(
    any_host: Host, endpoint_on: Any, carried: Callable[..., Any]
) -> None:
    host, endpoint = any_host, endpoint_on(any_host)
    shop = run(host, "shop", "--health-cmd", "echo as it should be")
    if can_limit(host):
        texts = {"memory": "64m", "cpus": "0.5", "pids": "99"}
        job = carried(update_container, endpoint, shop, texts=texts)
        assert job.state == "ok", (job.error, job.cause)
        # the kernel's own word, past Podman's
        limit = "cat /sys/fs/cgroup/*/memory.limit_in_bytes /sys/fs/cgroup/memory.max"
        cgroup = host.podman("exec", "shop", "sh", "-c", f"{limit} 2>/dev/null || true")
        assert str(64 * MIB) in cgroup.split()

    job = carried(check_container, endpoint, shop)
    assert (job.state, job.result["health"]) == ("ok", "healthy"), (job.error, job.cause)
    assert job.output == "as it should be"

    job = carried(rename_container, endpoint, shop, name="shop2")
    assert job.state == "ok", (job.error, job.cause)
    assert names(host) == ["shop2"]

    host.podman("exec", "shop2", "touch", "/mark")
    job = carried(commit_container, endpoint, shop, name="lab/kept:2", author="somebody")
    assert job.state == "ok", (job.error, job.cause)
    (image,) = json.loads(host.podman("image", "inspect", "localhost/lab/kept:2"))
    assert (image["Id"], image["Author"]) == (job.result["id"], "somebody")
    assert "/mark" in host.podman("run", "--rm", "localhost/lab/kept:2", "ls", "/mark")
    host.podman("rmi", "-f", "localhost/lab/kept:2")

    host.podman("create", "--name", "waits", IMAGE, *SLEEP)
    job = carried(init_container, endpoint, inspect(host, "waits"))
    assert job.state == "ok", (job.error, job.cause)
    assert inspect(host, "waits")["State"]["Status"] == "initialized"


def test_what_podman_refuses_says_why(
    host: Host, endpoint_on: Any, carried: Callable[..., Any], person: Any
) -> None:
    endpoint = endpoint_on(host)
    shop, other = run(host, "shop"), run(host, "other")
    row_of(endpoint, other)
    ref = (endpoint.pk, shop["Id"])
    row_of(endpoint, shop)
    for action, words, field in (
        (rename_container, {"name": "other"}, "name"),
        (rename_container, {"name": "-x"}, "name"),
        (commit_container, {"name": "UPPER"}, "name"),
        (command_container, {"command": "echo 'x"}, "command"),
        (update_container, {"texts": {}}, "memory"),
        (update_container, {"texts": {"cpus": "many"}}, "cpus"),
        (update_container, {"texts": {"tries": "3"}}, "tries"),
    ):
        with pytest.raises(FieldRefusal) as refused:
            action.ask(person, ref, **words)
        assert refused.value.field == field
    job = carried(check_container, endpoint, shop)
    assert job.state == "failed"
    assert "no health check" in job.error
    assert job.cause


def test_the_restart_policy_changes_where_podman_can(
    host: Host, endpoint_on: Any, carried: Callable[..., Any], person: Any
) -> None:
    endpoint = endpoint_on(host)
    shop = run(host, "shop")
    texts = {"restart": "on-failure", "tries": "4"}
    job = carried(update_container, endpoint, shop, texts=texts)
    assert job.state == "ok", (job.error, job.cause)
    policy = inspect(host, "shop")["HostConfig"]["RestartPolicy"]
    assert policy == {"Name": "on-failure", "MaximumRetryCount": 4}
    endpoint.podman_version = "4.3.1"
    endpoint.save()
    with pytest.raises(FieldRefusal, match="Edit and recreate"):
        update_container.ask(person, (endpoint.pk, shop["Id"]), texts={"restart": "always"})


def test_a_command_runs_inside_and_tells_how_it_ended(
    host: Host, endpoint_on: Any, carried: Callable[..., Any], entries: Any
) -> None:
    endpoint, shop = endpoint_on(host), run(host, "shop")
    line = "sh -c 'touch /mark; echo hunter2; echo oops >&2; exit 3'"
    job = carried(command_container, endpoint, shop, command=line)
    assert (job.state, job.error) == ("failed", "exit 3"), job.cause
    assert job.result == {"exit_code": 3, "output": job.output}
    assert sorted(job.output.split()) == ["hunter2", "oops"]
    assert (job.params, job.sealed_params) == ({}, None)
    assert "/mark" in host.podman("exec", "shop", "ls", "/mark")
    told = "".join(f"{e.params}{e.detail}" for e in entries("container.command"))
    assert "keyed_hash" in told
    assert "hunter2" not in told

    # the words as they are: no shell opens the variable
    job = carried(command_container, endpoint, shop, command="echo '$HOME' $HOME")
    assert (job.state, job.result) == ("ok", {"exit_code": 0, "output": "$HOME $HOME"})
    job = carried(command_container, endpoint, shop, command="seq 99999")
    assert len(job.output) == command_container.LAST_BYTES - 1
    assert job.output.endswith("\n99998\n99999")


def test_a_command_that_may_have_run_is_not_sent_again(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    endpoint, shop = endpoint_on(host), run(host, "shop")
    row_of(endpoint, shop)
    job = command_container.ask(person, (endpoint.pk, shop["Id"]), command="touch /mark")
    Job.objects.filter(pk=job.pk).update(step="act")
    worker().hand_over([job.pk])
    assert ended(job).state == "unknown"
    assert "mark" not in host.podman("exec", "shop", "ls", "/")


def test_checkpoint_says_why_the_host_cannot(
    host: Host, endpoint_on: Any, carried: Callable[..., Any], person: Any
) -> None:
    shop = run(host, "shop")
    job = carried(checkpoint_container, endpoint_on(host), shop)
    # the lab's hosts have no CRIU
    assert job.state == "failed"
    assert "criu" in job.error.lower()
    assert job.cause
    assert inspect(host, "shop")["State"]["Running"]
    job = carried(restore_container, job.endpoint, shop)
    assert job.state == "failed"
    assert job.cause
    host.podman("run", "-d", "--name", "own", IMAGE, *SLEEP, user="seal")
    seal = endpoint_on(host, user="seal")
    found = inspect(host, "own", user="seal")
    row_of(seal, found)
    with pytest.raises(FieldRefusal, match="root"):
        checkpoint_container.ask(person, (seal.pk, found["Id"]))


async def test_its_files_and_what_differs(
    any_host: Host, endpoint_on: Any, person: Any, entries: Any
) -> None:
    found = run(any_host, "shop")
    any_host.podman("exec", "shop", "sh", "-c", "echo kept > /new; rm /bin/vi")
    async with client(any_host) as podman:
        changes = {c["Path"]: c["Kind"] for c in await containers.changes(podman, found["Id"])}
    assert (changes["/new"], changes["/bin"], changes["/bin/vi"]) == (1, 0, 2)

    def known() -> Any:
        row_of(endpoint_on(any_host), found)
        ref = (Container.objects.get().endpoint_id, found["Id"])
        return export_container.exportable(person, ref)

    row = await sync_to_async(known)()
    pieces = [piece async for piece in export_container.export(person, row)]
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
        file = archive.extractfile("new")
        assert file is not None
        assert file.read() == b"kept\n"
        assert "bin/vi" not in archive.getnames()
    kinds = [entry.kind for entry in await sync_to_async(entries)("container.export")]
    assert sorted(kinds) == ["intent", "outcome"]


def test_created_and_not_started(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    params = {"image": IMAGE, "name": "waits", "command": list(SLEEP)}
    job = create_container.ask(person, endpoint_on(host).pk, params=params, env={"A": "b"})
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    found = inspect(host, "waits")
    assert (found["Id"], found["State"]["Status"]) == (job.result["id"], "created")


@pytest.fixture
def published(
    host: Host, registry: Registry, keep_password: Callable[..., None]
) -> Iterator[Callable[..., str]]:
    """`published("words")`: a new image under the same name in the registry; the name."""
    name = f"{registry.address}/lab/moving:latest"

    def publish(words: str) -> str:
        keep_password()
        made = host.podman("run", "-d", IMAGE, "sh", "-c", f"echo {words} > /which").strip()
        host.podman("wait", made)
        host.podman("commit", "-q", made, name)
        host.podman("rm", made)
        secret = f"{registry.user}:{registry.password}"
        host.podman("push", "-q", "--creds", secret, name)
        return name

    yield publish
    host.podman("rm", "-fa", "-t", "0")
    host.podman("rmi", "-f", name)


def test_pull_and_recreate_with_the_newest_image(
    host: Host,
    published: Callable[..., str],
    endpoint_on: Any,
    carried: Callable[..., Any],
) -> None:
    name, endpoint = published("first"), endpoint_on(host)
    host.podman(
        *("run", "-d", "--name", "shop", *QUICK, "-v", "/data", "-e", "KEY=x", "--tmpfs", "/cache"),
        *("--cap-drop", "CHOWN", name, *SLEEP),
    )
    host.podman("exec", "shop", "touch", "/data/kept")
    old = inspect(host, "shop")

    job = carried(upgrade_container, endpoint, old, watch_s=1)
    assert (job.state, job.result) == ("ok", {"changed": False}), (job.error, job.cause)
    assert inspect(host, "shop")["State"]["Pid"] == old["State"]["Pid"]

    published("second")
    # the host still has the first one under that name
    host.podman("tag", old["Image"], name)
    job = carried(upgrade_container, endpoint, old, watch_s=1)
    assert job.state == "ok", (job.error, job.cause)
    assert names(host) == ["shop"]
    new = inspect(host, "shop")
    assert host.podman("exec", "shop", "cat", "/which").strip() == "second"
    assert host.podman("exec", "shop", "ls", "/data").strip() == "kept"
    assert "KEY=x" in new["Config"]["Env"]
    assert new["HostConfig"]["CapDrop"] == ["CAP_CHOWN"]
    assert new["HostConfig"]["Tmpfs"].keys() == {"/cache"}
    assert (new["Image"], job.result["changed"]) == (job.result["image"], True)


def test_pull_and_recreate_over_several_hosts(
    lab: Lab,
    published: Callable[..., str],
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
) -> None:
    name = published("first")
    refs = []
    for host in lab.hosts:
        host.podman("pull", "-q", "--creds", f"{lab.registry.user}:{lab.registry.password}", name)
        host.podman("run", "-d", "--name", "shop", *QUICK, name, *SLEEP)
        endpoint, found = endpoint_on(host), inspect(host, "shop")
        row_of(endpoint, found)
        refs.append((endpoint.pk, found["Id"]))
    published("second")
    lab.hosts[0].podman("tag", inspect(lab.hosts[0], "shop")["Image"], name)
    batch = upgrade_container.ask_many(person, [*refs, (refs[0][0], "f" * 64)], watch_s=1)
    assert [skipped["why"] for skipped in batch.skipped] == ["no longer exists"]
    jobs = list(batch.jobs.all())
    worker().hand_over([job.pk for job in jobs])
    assert [ended(job, within_s=90).state for job in jobs] == ["ok", "ok"]
    for host in lab.hosts:
        assert names(host) == ["shop"]
        assert host.podman("exec", "shop", "cat", "/which").strip() == "second"
    lab.hosts[1].podman("rm", "-fa", "-t", "0")
    lab.hosts[1].podman("rmi", "-f", name)

"""Images, archives and files by Podman's and Docker's own clients; the host says if it happened."""

import base64
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Role, User
from audit.models import Entry
from hosts.access import Person
from hosts.database_threads import in_thread
from hosts.models import Endpoint, Grant, Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host
from tests.lab.hosts.registry import Registry
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE, host, on_docker_hub, outcomes, run

__all__ = ["endpoint_on", "host", "on_docker_hub", "run", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = pytest.mark.parametrize("client", ["podman", "docker"])


def names_on(host: Host) -> set[str]:
    """All names of images there."""
    return set(host.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split())


@pytest.fixture(autouse=True)
def only_its_own_images(host: Host) -> Any:
    """What a test names goes after it."""
    before = names_on(host)
    yield
    host.podman("rm", "-af", "-t", "0")
    for name in names_on(host) - before:
        if "<none>" not in name:
            host.podman("untag", name, name)
    host.podman("image", "prune", "-f")


async def params_of(verb: str) -> list[dict[str, Any]]:
    def read() -> list[dict[str, Any]]:
        found = Entry.objects.filter(verb=verb, kind="intent").order_by("number")
        return [json.loads(one.params_text) for one in found]

    return await in_thread(read)


@CLIENTS
async def test_files_into_a_container(
    host: Host, run: Any, cast: Cast, tmp_path: Path, client: str
) -> None:
    host.podman("run", "-d", "--name", "web", IMAGE, "sleep", "1000")
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    (folder / "page.txt").write_text("seals")
    (folder / "deep" / "link").symlink_to("../page.txt")
    said = await run(await in_thread(person_of, cast.bob))
    await said(client, "cp", str(folder / "page.txt"), "web:/tmp/other.txt")
    assert host.podman("exec", "web", "cat", "/tmp/other.txt") == "seals"
    await said(client, "cp", str(folder), "web:/srv")
    assert host.podman("exec", "web", "cat", "/srv/deep/link") == "seals"
    await said(client, "cp", f"{folder}/.", "web:/tmp")
    assert host.podman("exec", "web", "cat", "/tmp/page.txt") == "seals"
    back = tmp_path / "back"
    await said(client, "cp", "web:/tmp/other.txt", str(back))
    assert back.read_text() == "seals"
    assert await outcomes() == [("container.files_edit", "ok")] * 3
    assert "path" in (await params_of("container.files_edit"))[0]


async def test_a_large_file_goes_in_whole(host: Host, run: Any, cast: Cast, tmp_path: Path) -> None:
    host.podman("run", "-d", "--name", "web", IMAGE, "sleep", "1000")
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 4 * 2**14)
    said = await run(await in_thread(person_of, cast.alice))
    await said("podman", "cp", str(large), "web:/large")
    assert host.podman("exec", "web", "wc", "-c", "/large").split() == [str(16 * 2**20), "/large"]


@CLIENTS
@pytest.mark.usefixtures("on_docker_hub")
async def test_save_and_load(host: Host, run: Any, cast: Cast, tmp_path: Path, client: str) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    name = f"registry.example.org/{client}/seals:1"
    host.podman("tag", IMAGE, name)
    await said(client, "save", "-o", str(tmp_path / "one.tar"), name)
    await said(client, "save", "-o", str(tmp_path / "two.tar"), name, IMAGE)
    with tarfile.open(tmp_path / "two.tar") as tar:
        listed = json.load(tar.extractfile("manifest.json") or pytest.fail("no manifest"))
    tags = {tag for one in listed for tag in one["RepoTags"]}
    assert {name, f"{IMAGE}:latest"} <= tags
    host.podman("untag", name, name)
    assert name not in names_on(host)
    assert name in await said(client, "load", "-i", str(tmp_path / "one.tar"))
    assert name in names_on(host)
    verbs = [("image.save", "ok"), ("image.save", "ok"), ("image.load", "ok")]
    assert await outcomes() == verbs


@CLIENTS
async def test_push(
    host: Host, run: Any, cast: Cast, registry: Registry, tmp_path: Path, client: str
) -> None:
    said = await run(await in_thread(person_of, cast.alice))
    name = f"{registry.address}/pushed/{client}:1"
    host.podman("tag", IMAGE, name)
    await said(client, "push", name, fails=True)
    auth = {"auths": {registry.address: {"auth": registry_auth(registry)}}}
    home = tmp_path / str(cast.alice.pk)
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text(json.dumps(auth))
    words = ("--authfile", str(home / ".docker" / "config.json")) if client == "podman" else ()
    await said(client, "push", *words, name)
    host.podman("rmi", name)
    await said(client, "pull", *words, name)
    assert name in names_on(host)
    assert await outcomes() == [
        ("image.push", "failed"),
        ("image.push", "ok"),
        ("image.pull", "ok"),
    ]
    assert (await params_of("image.push"))[0]["destination"] == name


def registry_auth(registry: Registry) -> str:
    return base64.b64encode(f"{registry.user}:{registry.password}".encode()).decode()


@CLIENTS
async def test_commit(host: Host, run: Any, cast: Cast, client: str) -> None:
    host.podman("run", "-d", "--name", "web", IMAGE, "sleep", "1000")
    host.podman("exec", "web", "touch", "/seals")
    said = await run(await in_thread(person_of, cast.bob))
    made = await said(client, "commit", "-a", "me", "-c", "ENV A=b", "web", "localhost/seals:2")
    assert re.search(r"[0-9a-f]{64}$", made.strip())
    assert "seals" in host.podman("run", "--rm", "localhost/seals:2", "ls", "/")
    assert "A=b" in host.podman("inspect", "-f", "{{.Config.Env}}", "localhost/seals:2")
    await said(client, "commit", "web")
    assert await outcomes() == [("container.commit", "ok")] * 2


@CLIENTS
async def test_import(host: Host, run: Any, cast: Cast, tmp_path: Path, client: str) -> None:
    with tarfile.open(tmp_path / "root.tar", "w") as tar:
        (tmp_path / "seals").write_text("rocks")
        tar.add(tmp_path / "seals", "seals")
    said = await run(await in_thread(person_of, cast.bob))
    words = ("import", "-m", "words", "-c", "ENV A=b", str(tmp_path / "root.tar"))
    await said(client, *words, "localhost/rooted:1")
    assert "localhost/rooted:1" in names_on(host)
    assert "A=b" in host.podman("inspect", "-f", "{{.Config.Env}}", "localhost/rooted:1")
    assert await outcomes() == [("image.import", "ok")]


async def test_search(host: Host, run: Any, cast: Cast, registry: Registry) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    # it wants a password, as the host says
    await said("podman", "search", f"{registry.address}/lab", fails=True)
    assert await outcomes() == [("image.search", "failed")]


async def test_a_viewer_sends_nothing(host: Host, run: Any, cast: Cast, tmp_path: Path) -> None:
    host.podman("run", "-d", "--name", "web", IMAGE, "sleep", "1000")
    (tmp_path / "page").write_text("seals")
    said = await run(await in_thread(person_of, cast.charlie))
    for verb, words in {
        "image.save": ("save", "-o", str(tmp_path / "x.tar"), IMAGE),
        "image.push": ("push", IMAGE, "registry.example.org/a:1"),
        "container.commit": ("commit", "web", "localhost/a:1"),
    }.items():
        assert verb in await said("podman", *words, fails=True)
    # of a HEAD, by which that client begins, there are no words
    await said("podman", "cp", str(tmp_path / "page"), "web:/page", fails=True)
    assert "page" not in host.podman("exec", "web", "ls", "/")
    assert "localhost/a:1" not in names_on(host)
    assert await outcomes() == []


@pytest.fixture
async def narrowed(cast: Cast, run: Any) -> Person:
    """Charlie as operator of what carries app=shop alone."""

    def make() -> Person:
        member, operator = (Role.objects.get(name=name) for name in ("member", "operator"))
        User.objects.filter(pk=cast.charlie.pk).update(role=member)
        Grant.objects.create(
            user=cast.charlie,
            role=operator,
            endpoint=Endpoint.objects.get(),
            label="app=shop",
            made_by="Alice",
        )
        return person_of(cast.charlie)

    return await in_thread(make)


async def test_whoever_has_some_containers(
    host: Host, run: Any, narrowed: Person, tmp_path: Path
) -> None:
    """Files go into those alone, and no image gets a name that others run."""
    for app in ("shop", "bank"):
        host.podman("run", "-d", "--name", app, "--label", f"app={app}", IMAGE, "sleep", "1000")
    (tmp_path / "page").write_text("seals")
    said = await run(narrowed)
    await said("podman", "cp", str(tmp_path / "page"), "shop:/page")
    assert host.podman("exec", "shop", "cat", "/page") == "seals"
    await said("podman", "cp", str(tmp_path / "page"), "bank:/page", fails=True)
    assert "page" not in host.podman("exec", "bank", "ls", "/")
    assert "by-commit" in await said("podman", "commit", "shop", "localhost/busybox", fails=True)
    await said("podman", "commit", "bank", "localhost/by-commit/b:1", fails=True)
    await said("podman", "commit", "shop", "localhost/by-commit/a:1")
    assert "localhost/by-commit/a:1" in names_on(host)
    await said("podman", "push", IMAGE, "registry.example.org/a:1", fails=True)
    await said("podman", "load", "-i", str(tmp_path / "page"), fails=True)
    done = [("container.files_edit", "ok"), ("container.commit", "ok")]
    assert await outcomes() == done


async def test_a_rule_on_names_counts(host: Host, run: Any, cast: Cast, tmp_path: Path) -> None:
    """What no image may be called comes with no archive, commit, import or push either."""

    def rule() -> None:
        settings = {"refuse": ["localhost/prod/*"], "archives": True}
        Guardrail.objects.create(
            name="production",
            kind="images",
            settings=settings,
            severity="refuse",
            everywhere=True,
        )

    said = await run(await in_thread(person_of, cast.alice))
    host.podman("tag", IMAGE, "localhost/prod/shop:1")
    await said("podman", "save", "-o", str(tmp_path / "shop.tar"), "localhost/prod/shop:1")
    host.podman("untag", "localhost/prod/shop:1", "localhost/prod/shop:1")
    host.podman("create", "--name", "web", IMAGE)
    await in_thread(rule)
    for words in (
        ("load", "-i", str(tmp_path / "shop.tar")),
        ("import", str(tmp_path / "shop.tar"), "localhost/prod/shop:1"),
        ("commit", "web", "localhost/prod/shop:1"),
    ):
        assert "production" in await said("podman", *words, fails=True)
    assert "localhost/prod/shop:1" not in names_on(host)

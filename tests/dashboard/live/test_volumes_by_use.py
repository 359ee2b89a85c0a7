"""Volumes by the containers that mount them: in both lists, on the volume's page and in search."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from dashboard.live.view import run, view_of
from dashboard.pages.containers.lists import SPEC as CONTAINERS
from dashboard.pages.volumes.urls import SPEC as VOLUMES
from dashboard.person import who_of
from hosts.access import Person
from hosts.access.rights import forget_rights
from hosts.models import Container, Grant, Volume
from tests import make


def person_of(user: Any) -> Person:
    return Person(user, who_of(user, session="", peer="192.0.2.7", forwarded="", door="page"))


@pytest.fixture
def person(cast: Any) -> Person:
    return person_of(cast.alice)


def volume(endpoint: Any, name: str, **fields: Any) -> Any:
    now = timezone.now()
    common = {"endpoint": endpoint, "digest": "", "seen_at": now, "changed_at": now}
    return Volume.objects.create(podman_id=name, name=name, **common, **fields)


@pytest.fixture
def other(endpoint: Any) -> Any:
    """A second host with a volume that has the name of one on the first."""
    found = make.endpoint("web2")
    volume(found, "data")
    return found


@pytest.fixture
def fleet(endpoint: Any, container: Any, other: Any) -> None:
    for name in ("data", "Data", "data2", "cache"):
        volume(endpoint, name)
    container("web", mounts=["/d", "/c"], volumes=["cache", "data"], labels={"app": "shop"})
    container("worker", mounts=["/d"], volumes=["data"])
    container("upper", mounts=["/d"], volumes=["Data"])
    container("bound", mounts=["/etc/x"], volumes=[])
    container("plain")


def rows(spec: Any, person: Person, line: str) -> list[Any]:
    result = run(view_of(spec, {"q": line}), person)
    assert result.troubles == []
    return result.rows


def names(spec: Any, person: Person, line: str) -> list[str]:
    return [f"{row.name} {row.endpoint}" for row in rows(spec, person, line)]


def used(person: Person, line: str = "") -> dict[str, Any]:
    found = rows(VOLUMES, person, line)
    return {
        f"{row.name} {row.endpoint}": row.users and [name for name, _url in row.users]
        for row in found
    }


@pytest.mark.each_database("asks a list in JSON")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("volume:data", ["web web1", "worker web1"]),
        ("volume:Data", ["upper web1"]),
        ("volume:dat", []),
        ("volume:data volume:Data", ["upper web1", "web web1", "worker web1"]),
        ("-volume:data", ["bound web1", "plain web1", "upper web1"]),
        ("volume:data host:web2", []),
    ],
)
def test_containers_by_volume(person: Person, fleet: None, line: str, found: list[str]) -> None:
    assert names(CONTAINERS, person, line) == found


@pytest.mark.each_database("asks a list in JSON")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("container:web", ["cache web1", "data web1"]),
        ("container:WORKER", ["data web1"]),
        ("container:w*", ["cache web1", "data web1"]),
        ("container:plain", []),
        ("-container:w*", ["Data web1", "data web2", "data2 web1"]),
    ],
)
def test_volumes_by_container(person: Person, fleet: None, line: str, found: list[str]) -> None:
    assert names(VOLUMES, person, line) == found


def test_the_last_of_many_containers_counts_too(person: Person, fleet: None, endpoint: Any) -> None:
    now = timezone.now()
    common = {"endpoint": endpoint, "digest": "", "seen_at": now, "changed_at": now}
    Container.objects.bulk_create(
        Container(
            podman_id=f"{number:064x}",
            name=f"many-{number:04}",
            mounts=["/d"],
            volumes=["data2" if number == 700 else "cache"],
            **common,
        )
        for number in range(701)
    )
    assert names(VOLUMES, person, "container:many*") == ["cache web1", "data2 web1"]


def test_a_row_names_those_of_its_own_host(person: Person, fleet: None) -> None:
    assert used(person) == {
        "Data web1": ["upper"],
        "cache web1": ["web"],
        "data web1": ["web", "worker"],
        "data web2": [],
        "data2 web1": [],
    }


def test_what_is_not_known_yet_is_not_said_to_be_unused(
    person: Person, fleet: None, container: Any
) -> None:
    container("new", mounts=["/d"])
    found = used(person)
    assert found["data2 web1"] is None
    assert found["data web1"] == ["web", "worker"]
    assert found["data web2"] == []
    Container.objects.filter(name="new").update(gone=timezone.now())
    assert used(person)["data2 web1"] == []


def test_a_change_of_users_is_another_look(person: Person, fleet: None) -> None:
    (before,) = rows(VOLUMES, person, "name:cache")
    Container.objects.filter(name="web").update(volumes=["data"])
    (after,) = rows(VOLUMES, person, "name:cache")
    assert VOLUMES.fingerprint(before) != VOLUMES.fingerprint(after)
    assert "containers" in VOLUMES.topics


def test_one_who_sees_a_part_learns_nothing_of_the_rest(
    cast: Any, person: Person, fleet: None, endpoint: Any
) -> None:
    member = Role.objects.get(name="member")
    some = User.objects.create(email="s@example.org", name="Some", role=member)
    admin = Role.objects.get(name="admin")
    stores = Role.objects.create(name="stores", verbs=["volume.view", "host.view"])
    Grant.objects.create(user=some, endpoint=endpoint, role=admin, label="app=shop")
    Grant.objects.create(user=some, endpoint=endpoint, role=stores)
    seer = person_of(some)
    assert used(seer) == {
        "Data web1": [],
        "cache web1": ["web"],
        "data web1": ["web"],
        "data2 web1": [],
    }
    # a filter would tell by what it finds
    assert names(VOLUMES, seer, "container:worker") == []
    assert names(CONTAINERS, seer, "volume:data") == ["web web1"]
    Grant.objects.filter(user=some, role=stores).delete()
    forget_rights(some)
    assert names(CONTAINERS, seer, "volume:data") == []


def test_pages_name_them(cast: Any, client: Client, fleet: None, endpoint: Any) -> None:
    client.force_login(cast.alice)
    listed = client.get("/volumes/").content.decode()
    worker = Container.objects.get(name="worker")
    assert f'<a href="/containers/{endpoint.pk}/{worker.podman_id}/">worker</a>' in listed
    page = client.get(f"/volumes/{endpoint.pk}/data/").content.decode()
    assert re.findall(r'<tr id="c\d+".*?data-open[^>]*title="([^"]*)"', page, re.DOTALL) == [
        "web",
        "worker",
    ]


def test_search_finds_a_volume_by_its_container(cast: Any, client: Client, fleet: None) -> None:
    client.force_login(cast.alice)
    page = client.get("/search/", {"q": "worker"}, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert re.findall(r'class="found-word">([^<]*)<', text)[:2] == ["worker", "data"]
    assert "used by worker · web1" in text


def test_a_page_asks_a_fixed_number_of_questions(
    person: Person, endpoint: Any, container: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        volume(endpoint, f"v{number:02}")
        container(f"c{number}", mounts=["/d"], volumes=[f"v{number:02}"])
    with django_assert_max_num_queries(10):
        assert len(rows(VOLUMES, person, "")) == 40

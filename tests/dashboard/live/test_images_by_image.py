"""Images by image: a head for each with hosts, sizes and names, its rows by host below it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from dashboard.live.grouping import GroupHead
from dashboard.live.view import run, view_of
from dashboard.pages.images.urls import SPEC
from dashboard.person import who_of
from hosts.access import Person
from hosts.models import Grant
from tests import make

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

NGINX, OLD, APP = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def person(cast: Any) -> Any:
    who = who_of(cast.alice, session="", peer="192.0.2.7", forwarded="", door="page")
    return Person(cast.alice, who)


@pytest.fixture
def alpha(endpoint: Any) -> Any:
    """A host whose name comes before that of `endpoint`."""
    return make.endpoint("alpha")


@pytest.fixture
def fleet(endpoint: Any, alpha: Any) -> None:
    make.image(endpoint, podman_id=OLD)
    make.image(endpoint, "nginx:1", podman_id=NGINX, size_bytes=100, containers=2)
    make.image(endpoint, "app:2", podman_id=APP, containers=-1)
    make.image(alpha, "proxy:1", "nginx:1", podman_id=NGINX, size_bytes=120, containers=1)
    make.image(alpha, podman_id=OLD)


def shown(person: Any, **given: Any) -> list[str]:
    rows = run(view_of(SPEC, {"group": "image", **given}), person).rows
    return [f"[{r.title} {r.count}]" if isinstance(r, GroupHead) else str(r.endpoint) for r in rows]


def heads(person: Any, **given: Any) -> dict[str, GroupHead]:
    rows = run(view_of(SPEC, {"group": "image", **given}), person).rows
    return {r.text: r for r in rows if isinstance(r, GroupHead)}


def test_an_image_has_one_head_its_hosts_below_and_those_without_a_name_last(
    person: Any, fleet: None
) -> None:
    assert shown(person) == [
        *("[app:2 1]", "web1", "[nginx:1 2]", "alpha", "web1"),
        *(f"[{OLD} 2]", "alpha", "web1"),
    ]
    # another sort is kept within the groups
    assert shown(person, sort="-size")[3:5] == ["alpha", "web1"]
    assert shown(person, sort="size")[3:5] == ["web1", "alpha"]


def test_a_head_tells_hosts_containers_sizes_and_all_names(person: Any, fleet: None) -> None:
    found = heads(person)
    nginx = found[NGINX].facts
    assert (nginx.hosts, nginx.containers) == (2, 3)
    assert (nginx.size_bytes, nginx.all_bytes) == (120, 220)
    assert nginx.names == ("nginx:1", "proxy:1")
    assert (found[APP].facts.containers, found[OLD].facts.names) == (0, ())


def test_two_stores_of_one_host_are_one_host(person: Any, endpoint: Any) -> None:
    rootless = make.endpoint(endpoint.host, user="seal", socket="/u")
    make.image(rootless, "app:2", podman_id=APP)
    make.image(endpoint, "app:2", podman_id=APP)
    assert shown(person) == ["[app:2 2]", "web1", "web1/seal"]
    assert heads(person)[APP].facts.hosts == 1


def test_a_head_tells_only_of_hosts_that_one_sees(
    cast: Any, person: Any, fleet: None, alpha: Any
) -> None:
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    viewer = Role.objects.get(name="viewer")
    Grant.objects.create(user=cast.charlie, role=viewer, host=alpha.host)
    one = Person(cast.charlie, person.who)
    assert shown(one) == ["[proxy:1 1]", "alpha", f"[{OLD} 1]", "alpha"]
    assert heads(one)[NGINX].facts.hosts == 1


def test_a_page_asks_a_fixed_number_of_questions(
    person: Any, endpoint: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make.image(endpoint, f"app:{number}", podman_id=f"{number:064x}")
    with django_assert_max_num_queries(12):
        run(view_of(SPEC, {"group": "image"}), person)


def test_the_page_draws_heads(cast: Any, client: Client, fleet: None) -> None:
    client.force_login(cast.alice)
    page = client.get("/images/", {"group": "image"}).content.decode()
    assert '<option value="image" selected>' in page
    assert page.count('class="group-head"') == 3
    assert "2 hosts" in page
    assert "220 B on all hosts" in page
    by_host = client.get("/images/", {"group": "host"}).content.decode()
    assert by_host.count('class="group-head"') == 2
    assert "3 images" in by_host

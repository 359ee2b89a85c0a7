"""List and object pages: all states render, hostile text stays text, the number of queries is constant."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hosts.models import Container, Job
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ID = "ab" * 32


@pytest.fixture
def endpoint(cast: Cast) -> Any:
    return make.endpoint(make.host("web1", notes=HOSTILE))


@pytest.fixture
def hostile(endpoint: Any) -> None:
    """One object of each kind, with a payload in each text a host can choose."""
    each: dict[str, dict[str, Any]] = {
        "container": {
            "image": HOSTILE,
            "image_id": "cd" * 32,
            "state": HOSTILE[:20],
            "command": [HOSTILE],
            "mounts": [HOSTILE],
            "networks": [HOSTILE],
            "ports": [
                {"host_ip": HOSTILE, "host_port": 80, "container_port": 80, "protocol": HOSTILE}
            ],
            "unit": HOSTILE,
            "project": HOSTILE,
            "pod_name": HOSTILE,
        },
        "image": {"names": [HOSTILE], "image_digest": HOSTILE[:90]},
        "pod": {"state": HOSTILE[:20], "networks": [HOSTILE]},
        "volume": {"driver": HOSTILE, "mountpoint": HOSTILE, "options": {HOSTILE: HOSTILE}},
        "network": {
            "driver": HOSTILE,
            "interface": HOSTILE,
            "subnets": [{"subnet": HOSTILE, "gateway": HOSTILE}],
        },
    }
    now = timezone.now()
    for kind, fields in each.items():
        kept = {"podman_id": ID, "created_at": now, "labels": {HOSTILE: HOSTILE}}
        make.row(kind, endpoint, HOSTILE, **kept, **fields)


PLURALS = ("containers", "images", "pods", "volumes", "networks")


def pages(endpoint: Any) -> list[str]:
    lists = [f"/{plural}/" for plural in PLURALS]
    single = [f"/{plural}/{endpoint.pk}/{ID}/" for plural in PLURALS]
    history = [f"{page}history/" for page in single]
    host = f"/hosts/{endpoint.host_id}/"
    return ["/", "/hosts/", host, f"{host}history/", *lists, *single, *history]


def test_hostile_names_stay_text(cast: Cast, endpoint: Any, hostile: None, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    for address in pages(endpoint):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address


def test_a_link_never_leads_out_of_http(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    ports = [{"host_ip": "javascript:alert(1)//", "host_port": 80, "container_port": 80}]
    make.container(endpoint, "web", podman_id=ID, image="x", ports=ports)
    page = browser_of(cast.alice).get("/containers/").content.decode()
    assert 'href="javascript' not in page


def test_an_address_is_of_its_own_port_alone(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    ports = [
        {"host_ip": "192.0.2.99", "host_port": 8081, "container_port": 80},
        {"host_ip": "0.0.0.0", "host_port": 8082, "container_port": 80},
    ]
    make.container(endpoint, "web", podman_id=ID, image="x", ports=ports)
    page = browser_of(cast.alice).get("/containers/").content.decode()
    assert "http://192.0.2.99:8081/" in page
    assert f"http://{endpoint.host.address}:8082/" in page


def test_a_port_of_one_address_says_which(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    ports = [
        {"host_ip": "127.0.0.1", "host_port": 8082, "container_port": 80},
        {"host_ip": "::1", "host_port": 8083, "container_port": 80},
        {"host_ip": "::", "host_port": 8084, "container_port": 80},
    ]
    web = make.container(endpoint, "web", image="x", ports=ports[:1] + ports[2:])
    make.container(endpoint, "web", podman_id="6" * 64, image="x", ports=ports[1:2])
    browser = browser_of(cast.alice)
    listed = browser.get("/containers/").content.decode()
    one = browser.get(f"/containers/{endpoint.pk}/{web.podman_id}/").content.decode()
    for page in (listed, one):
        assert "<span>127.0.0.1:8082→80</span>" in page
        assert ":8082/" not in page
        assert f'<a href="http://{endpoint.host.address}:8084/"' in page
        assert ">8084→80<" in page
    assert "<span>[::1]:8083→80</span>" in listed
    # where the column has no room for all of it
    assert 'title="127.0.0.1:8082→80, 8084→80"' in listed


def test_a_check_that_has_not_begun_is_not_called_missing(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    web = make.container(endpoint, "web", image="x", state="created")
    browser = browser_of(cast.alice)
    address = f"/containers/{endpoint.pk}/{web.podman_id}/"
    page = browser.get(address).content.decode()
    assert '<span class="none">not checked yet</span>' in page
    assert f'href="{address}health/"' in page
    Container.objects.update(state="running", started_at=timezone.now())
    page = browser.get(address).content.decode()
    assert '<span class="none">no health check</span>' in page
    assert f'href="{address}health/"' not in page


@pytest.mark.parametrize("address", ["/", "/hosts/", "/containers/", "/jobs/", "/audit/"])
def test_empty_lists_say_so(cast: Cast, endpoint: Any, browser_of: Any, address: str) -> None:
    answer = browser_of(cast.alice).get(address)
    assert answer.status_code == 200
    if address in ("/containers/", "/jobs/"):
        assert b"data-empty>" in answer.content
    if address == "/":
        assert b"Nothing needs attention" in answer.content


def test_the_first_start_leads_to_adding_a_host(cast: Cast, browser_of: Any) -> None:
    assert browser_of(cast.alice).get("/").headers["Location"] == "/hosts/add/"
    page = browser_of(cast.charlie).get("/")
    assert "No hosts yet" in page.content.decode()


@pytest.mark.parametrize("address", ["/containers/", "/images/", "/hosts/", "/jobs/", "/"])
def test_queries_do_not_grow_with_rows(
    cast: Cast, endpoint: Any, browser_of: Any, address: str, django_assert_max_num_queries: Any
) -> None:
    def more(count: int, start: int) -> None:
        for n in range(start, start + count):
            make.container(endpoint, f"c{n}", image="x", health="unhealthy")
            make.image(endpoint, f"i{n}")
            make.endpoint(f"h{n}", login={"reason": "gone"}, state="away")
            Job.objects.create(
                verb="image.pull", endpoint=endpoint, object_name="x", intent=n, state="running"
            )

    browser = browser_of(cast.alice)
    more(2, 0)
    browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(address)
    more(9, 2)
    with django_assert_max_num_queries(len(few)):
        browser.get(address)


def test_an_away_host_still_shows_what_was_seen(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    make.container(endpoint, "web", podman_id=ID, image="x")
    endpoint.state, endpoint.reason = "away", "connection refused"
    endpoint.save()
    page = browser_of(cast.alice).get(f"/containers/{endpoint.pk}/{ID}/").content.decode()
    assert "last known state" in page
    # nothing can be done there now
    assert "hx-post" not in page


def test_a_removed_container_is_still_shown_as_removed(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    row = make.container(endpoint, "web", podman_id=ID, image="x", state="exited")
    row.gone = timezone.now()
    row.save()
    page = browser_of(cast.alice).get(f"/containers/{endpoint.pk}/{ID}/").content.decode()
    assert "It no longer exists" in page


def test_a_viewer_is_offered_no_verbs(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    make.container(endpoint, "web", podman_id=ID, image="x")
    browser = browser_of(cast.charlie)
    for address in ("/containers/", f"/containers/{endpoint.pk}/{ID}/"):
        page = browser.get(address).content.decode()
        assert "/stop/" not in page
        # reading the logs or figures of many changes nothing
        assert set(re.findall(r'data-bulk-verb="(\w+)"', page)) <= {"logs", "stats"}
    assert browser.get("/audit/").status_code == 403


@pytest.mark.parametrize("plural", PLURALS)
def test_what_one_may_not_see_does_not_exist(
    cast: Cast, endpoint: Any, hostile: None, browser_of: Any, plural: str
) -> None:
    endpoint.enabled = False
    endpoint.save()
    browser = browser_of(cast.alice)
    assert browser.get(f"/{plural}/{endpoint.pk}/{ID}/").status_code == 404
    assert browser.get(f"/{plural}/{endpoint.pk}/{ID}/inspect/").status_code == 404


def test_suggestions_name_tokens_and_values(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    browser = browser_of(cast.alice)

    def inserts(typed: str) -> list[str]:
        answer = browser.get("/containers/", {"suggest": typed}).json()
        return [one["insert"] for one in answer["suggestions"]]

    assert inserts("sta") == ["state:"]
    assert "state:running" in inserts("state:r")
    assert inserts("-host:we") == ["-host:web1"]
    assert inserts("key") == []

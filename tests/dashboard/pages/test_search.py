"""Search: visible things only, best first."""

import re
from typing import Any

import pytest
from django.utils import timezone

from dashboard.pages.search.container_commands import CONTAINER_COMMANDS
from dashboard.pages.search.container_commands import words as command_words
from hosts.models import Container
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

ID = "ab12" * 16


@pytest.fixture
def fleet(cast: Cast) -> Any:
    """Three containers, an image and a secret on web1; a job of Ada's kind."""
    endpoint = make.endpoint("web1")
    for number, name in enumerate(("old-shop", "shop", "shop-db")):
        make.container(endpoint, name, podman_id=f"{number}{ID[1:]}", image="lab/web:1")
    make.image(endpoint, "localhost/shop:2", podman_id=ID)
    make.row("secret", endpoint, "shop-password", podman_id="s1")
    make.container(endpoint, "shop-gone", state="exited", gone=timezone.now())
    return endpoint


def words(page: Any) -> list[str]:
    return re.findall(r'<span class="found-word">([^<]*)</span>', page.content.decode())


def found(browser: Any, typed: str) -> list[str]:
    return words(browser.get("/search/", {"q": typed}, headers={"HX-Request": "true"}))


def test_the_best_comes_first_and_what_is_gone_does_not(
    cast: Cast, fleet: Any, browser_of: Any
) -> None:
    got = found(browser_of(cast.alice), "shop")
    assert got[:3] == ["shop", "shop-db", "old-shop"]
    assert "localhost/shop:2" in got
    assert "shop-password" in got
    assert "shop-gone" not in got


def test_all_words_must_fit_and_a_host_counts(cast: Cast, fleet: Any, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    assert "shop-db" in found(browser, "db web1")
    assert found(browser, "db web2") == []
    assert found(browser, "web1") == ["web1"]


def test_an_id_is_found_by_its_beginning(cast: Cast, fleet: Any, browser_of: Any) -> None:
    assert "shop" in found(browser_of(cast.alice), f"1{ID[1:8]}")


def test_a_port_is_found_with_and_without_its_host(cast: Cast, fleet: Any, browser_of: Any) -> None:
    def publish(name: str, first: int, count: int = 1) -> None:
        port = {"host_ip": "", "host_port": first, "container_port": 80}
        ports = [{**port, "range": count, "protocol": "tcp"}]
        Container.objects.filter(name=name).update(ports=ports)

    publish("shop", 8080)
    publish("shop-db", 9000, 10)
    publish("old-shop", 0)
    browser = browser_of(cast.alice)
    for typed in ("8080", ":8080", "web1:8080", "192.0.2.1:8080", "8080 web1"):
        assert found(browser, typed) == ["shop"], typed
    assert found(browser, "9009") == ["shop-db"]
    for typed in ("80", "808", "9010", "web2:8080", ":0", ":99999"):
        assert found(browser, typed) == [], typed
    text = browser.get("/search/", {"q": "9004"}).content.decode()
    assert ">:9004 web1<" in text
    listed = browser.get("/containers/?q=port:8080").content.decode()
    assert "shop" in listed
    assert "shop-db" not in listed
    assert "Write a host port" in browser.get("/containers/?q=port:web").content.decode()


def test_a_port_comes_before_names_with_that_number(
    cast: Cast, fleet: Any, browser_of: Any
) -> None:
    Container.objects.filter(name="old-shop").update(name="8080-shop")
    port = {"host_ip": "", "host_port": 8080, "container_port": 80, "range": 1, "protocol": "tcp"}
    Container.objects.filter(name="shop-db").update(ports=[port])
    assert found(browser_of(cast.alice), "8080") == ["shop-db", "8080-shop"]


def test_a_host_is_found_by_its_address(cast: Cast, fleet: Any, browser_of: Any) -> None:
    assert found(browser_of(cast.alice), "192.0.2.1") == ["web1"]


def test_a_verb_before_the_name_offers_the_act(cast: Cast, fleet: Any, browser_of: Any) -> None:
    page = browser_of(cast.alice).get(
        "/search/", {"q": "restart shop"}, headers={"HX-Request": "true"}
    )
    assert words(page)[0] == "Restart shop…"
    url = f"/containers/{fleet.pk}/1{ID[1:]}/restart/"
    assert f'hx-get="{url}"' in page.content.decode()


@pytest.mark.parametrize("verb", sorted(CONTAINER_COMMANDS))
def test_each_verb_leads_to_a_page_that_is_there(
    cast: Cast, fleet: Any, browser_of: Any, verb: str
) -> None:
    browser = browser_of(cast.alice)
    page = browser.get("/search/", {"q": f"{verb} shop-db"}, headers={"HX-Request": "true"})
    [word] = words(page)
    assert word == command_words(CONTAINER_COMMANDS[verb], "shop-db")
    text = page.content.decode()
    [address] = set(re.findall(rf'(?:href|hx-get)="(/containers/{fleet.pk}/[^"]*)"', text))
    answer = browser.get(address)
    # dialogs, and pages whose host does not answer
    assert answer.status_code in (200, 502, 503), address


def test_rights_decide_what_is_found(cast: Cast, fleet: Any, browser_of: Any) -> None:
    viewer = browser_of(cast.charlie)
    assert "shop" in found(viewer, "shop")
    assert "Restart shop…" not in found(viewer, "restart shop")
    assert found(viewer, "invite") == []
    assert found(viewer, cast.alice.email) == []
    assert cast.alice.name in found(browser_of(cast.alice), cast.alice.email)


def test_nothing_typed_shows_pages_and_commands(cast: Cast, browser_of: Any) -> None:
    got = found(browser_of(cast.alice), "")
    assert {"Run container", "Hosts", "Audit"} <= set(got)


def test_what_is_typed_stays_text(cast: Cast, browser_of: Any) -> None:
    typed = "<script>alert(1)</script>"
    text = browser_of(cast.alice).get("/search/", {"q": typed}).content.decode()
    assert typed not in text
    assert "&lt;script&gt;" in text


def test_the_page_works_without_scripts(cast: Cast, fleet: Any, browser_of: Any) -> None:
    assert "shop-db" in words(browser_of(cast.alice).get("/search/", {"q": "shop-db"}))


def test_the_cost_does_not_grow_with_what_is_found(
    cast: Cast, fleet: Any, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(cast.alice)
    found(browser, "shop")
    with django_assert_max_num_queries(30):
        found(browser, "shop")

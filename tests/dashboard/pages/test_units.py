"""Units on pages: why one failed, what it makes, and what may be done with it."""

from typing import Any

import pytest

from hosts.models import Job, Unit
from tests import make
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]
pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


def page(row: Any, browser: Any) -> str:
    answer = browser.get(f"/units/{row.endpoint_id}/{row.podman_id}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"result": "exit-code", "exit_code": 3}, "exit code 3"),
        ({"result": "signal", "exit_signal": 9}, "ended by signal 9"),
        ({"result": "oom-kill"}, "out of memory"),
        ({"result": "never-heard-of"}, "never-heard-of"),
    ],
)
def test_a_failed_unit_says_why(
    cast: Cast, browser_of: Any, hosts: Hosts, fields: dict[str, Any], words: str
) -> None:
    row = make.unit(hosts.web1, "web", state="failed", sub="failed", **fields)
    browser = browser_of(cast.bob)
    assert words in browser.get("/units/").content.decode()
    shown = page(row, browser)
    assert words in shown
    assert "journalctl -u web.service" in shown
    assert "Reset failed state" in shown


def test_what_it_makes_is_a_link_where_it_is_there(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    row = make.unit(hosts.web1, "web")
    browser = browser_of(cast.bob)
    assert "/containers/" not in browser.get("/units/").content.decode().partition("<tbody")[2]
    made = make.container(hosts.web1, "systemd-web")
    assert f"/containers/{made.endpoint_id}/{made.podman_id}/" in page(row, browser)


def test_filters_search_and_the_host_s_tab(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    make.unit(hosts.web1, "web", state="failed", result="timeout")
    make.unit(hosts.web1, "data-volume", makes="volume", makes_name="systemd-data")
    browser = browser_of(cast.bob)
    for line, found in (
        ("state:failed", {"web"}),
        ("makes:volume", {"data-volume"}),
        ("result:timeout", {"web"}),
        ("data", {"data-volume"}),
        ("host:web1", {"web", "data-volume"}),
    ):
        shown = browser.get("/units/", {"q": line}).content.decode()
        assert {n for n in ("web", "data-volume") if f"{n}.service</a>" in shown} == found, line
    assert "web.service" in browser.get(f"/hosts/{hosts.web1.host_id}/units/").content.decode()
    assert "web.service" in browser.get("/search/", {"q": "web.serv"}).content.decode()


def test_an_empty_list_says_what_a_unit_is(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    shown = browser_of(cast.bob).get("/units/").content.decode()
    assert "No units yet" in shown


def test_by_rest(cast: Cast, hosts: Hosts) -> None:
    row = make.unit(hosts.web1, "web", state="failed", result="exit-code", exit_code=3)
    caller = make_caller(cast.bob)
    found = caller.get("/units?q=state:failed").json()["items"]
    assert [(one["name"], one["exit_code"], one["makes_name"]) for one in found] == [
        ("web.service", 3, "systemd-web")
    ]
    one = caller.get(f"/units/{row.endpoint_id}/{row.podman_id}").json()
    assert {"unit.start", "unit.stop", "unit.restart", "unit.reset"} <= set(one["can"])
    answer = caller.post(f"/units/{row.endpoint_id}/{row.podman_id}/restart", {})
    assert answer.status_code == 202
    assert answer.json()["verb"] == "unit.restart"
    assert caller.get(f"/units/{row.endpoint_id}/{row.podman_id}/inspect").status_code == 404


def test_texts_of_a_host_are_escaped(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    evil = "<script>alert(1)</script>"
    row = make.unit(
        hosts.web1, "web", description=evil, source=f"/{evil}", makes_name=evil, result=evil
    )
    Unit.objects.filter(pk=row.pk).update(state="failed")
    browser = browser_of(cast.bob)
    assert evil not in page(row, browser) + browser.get("/units/").content.decode()


def owned(hosts: Hosts, **fields: Any) -> Any:
    return make.container(hosts.web1, "systemd-web", unit="web.service", **fields)


def test_a_container_s_unit_is_named_by_systemd_not_by_a_label(
    cast: Cast, browser_of: Any, hosts: Hosts
) -> None:
    made, browser = owned(hosts), browser_of(cast.bob)
    address = f"/containers/{made.endpoint_id}/{made.podman_id}/"
    shown = browser.get(address).content.decode()
    assert "any image can carry this label" in shown
    assert "Managed by the systemd unit" not in shown
    row = make.unit(hosts.web1, "web")
    shown = browser.get(address).content.decode()
    assert "Managed by the systemd unit" in shown
    assert f"/units/{row.endpoint_id}/web.service/" in shown


@pytest.mark.parametrize(
    "other",
    [
        # a container by hand, under the name that a stopped unit would give its own
        {"state": "inactive"},
        {"makes_name": "systemd-other"},
        {"makes": "volume"},
    ],
)
def test_a_unit_that_does_not_make_it_is_not_offered(
    cast: Cast, browser_of: Any, hosts: Hosts, other: dict[str, Any]
) -> None:
    made = owned(hosts)
    make.unit(hosts.web1, "web", **other)
    asked = browser_of(cast.bob).get(f"/containers/{made.endpoint_id}/{made.podman_id}/stop/")
    shown = asked.content.decode()
    assert "Stop the unit" not in shown
    assert "systemd does not name a quadlet for it" in shown


def test_stopping_it_offers_to_stop_the_unit(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    made, row = owned(hosts), make.unit(hosts.web1, "web")
    browser = browser_of(cast.bob)
    shown = browser.get(f"/containers/{made.endpoint_id}/{made.podman_id}/stop/").content.decode()
    assert "Stop the unit web.service" in shown
    place = f"/units/{row.endpoint_id}/web.service/stop/"
    assert f'hx-post="{place}"' in shown
    assert browser.send(place).status_code in (200, 204, 302)
    assert Job.objects.get().verb == "unit.stop"

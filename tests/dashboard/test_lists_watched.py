"""No page draws a live list that its reader may not watch. It would be refused and redraw itself
without end.
"""

import re
from typing import Any

import pytest
from django.conf import settings

from dashboard.live.consumer import MAX_LISTS
from dashboard.live.spec import spec_named
from hosts.models import ContainerFigures, Endpoint, Login
from tests.cast import Cast
from tests.dashboard.routes import every_route
from tests.two_teams import Fleet

LIST = re.compile(r'data-list="([^"]*)"')
GRANTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "some containers": {"role": "operator", "label": "app=shop"},
    "viewer": {"role": "viewer"},
    "auditor": {"role": "auditor"},
    "administrator": {"role": "admin"},
}


@pytest.mark.any_database("whom a list is open to is asked of rights that are read already")
@pytest.mark.usefixtures("bare_errors")
@pytest.mark.parametrize("held", GRANTS)
def test_every_list_of_a_page_opens_to_its_reader(
    fleet: Fleet, cast: Cast, browser_of: Any, held: str
) -> None:
    if GRANTS[held]:
        fleet.grant(**{"group": fleet.prod, **GRANTS[held]})
    shop = fleet.container(fleet.root1, "shop-1")
    about = f"/containers/{shop.endpoint_id}/{shop.podman_id}/"
    browser, person = browser_of(fleet.erin), fleet.person()
    paths = [route.path for route in every_route()]
    paths += [about, *(f"{about}{tab}/" for tab in ("logs", "history", "made"))]
    paths += [f"/hosts/{fleet.web1.pk}/", f"/groups/{fleet.prod.pk}/"]
    drawn = []
    for path in paths:
        answer = browser.get(path)
        if answer.status_code != 200 or answer.streaming:
            continue
        for name in LIST.findall(answer.content.decode(errors="replace")):
            spec = spec_named(name)
            drawn.append(name)
            assert spec is not None, f"{path} draws the list “{name}”"
            assert spec.open_to(person), f"{path} draws {name}, which {held} may not watch"
    if held != "nothing":
        assert {"containers", "overview-jobs"} & set(drawn)


@pytest.mark.any_database("a page has as many lists on each")
@pytest.mark.parametrize("path", ["/", "/containers/", "/hosts/", "/jobs/", "/audit/"])
def test_no_page_has_more_lists_than_a_socket_carries(
    fleet: Fleet, cast: Cast, browser_of: Any, path: str
) -> None:
    """The server closes the socket of one that watches more, and it connects anew without an end."""
    shop = fleet.container(fleet.root1, "shop-1")
    # the two panels of what uses most
    ContainerFigures.objects.create(container=shop, cpu=1, memory_bytes=1)
    page = browser_of(cast.alice).get(path).content.decode()
    lists = len(re.findall(r"<live-list\b", page))
    # the frame's: the numbers in the rail, and those that a script has by a name of its own
    marks = page.count("data-count-of=")
    scripts = (settings.BASE_DIR / "static/js").rglob("*.js")
    own = sum(len(re.findall(r"^\s*watch\(\"", one.read_text(), re.M)) for one in scripts)
    assert (marks, own) >= (2, 4)
    assert path != "/" or lists == 7
    assert lists + marks + own <= MAX_LISTS


def test_whoever_sees_some_containers_has_their_troubles_on_the_overview(
    fleet: Fleet, browser_of: Any
) -> None:
    fleet.grant(group=fleet.prod, label="app=shop")
    for name in ("shop-1", "bank-1"):
        row = fleet.container(fleet.root1, name)
        row.state, row.health = "running", "unhealthy"
        row.save()

    # a tile counts containers where the host is up
    for model in (Login, Endpoint):
        model.objects.update(state="up")
    page = browser_of(fleet.erin).get("/").content.decode()
    assert "shop-1 on web1 is unhealthy" in page
    assert "bank" not in page
    fleet_panel = page.partition('data-list="overview-fleet"')[2]
    # web1 alone, with what they see of it
    assert "web1" in fleet_panel
    assert "web2" not in page
    assert "2<span" in fleet_panel

"""No page draws a live list that its reader may not watch: it would be refused, draw itself anew, and
again, without an end.
"""

import re
from typing import Any

import pytest

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
@pytest.mark.parametrize("held", GRANTS)
def test_every_list_of_a_page_opens_to_its_reader(
    fleet: Fleet, cast: Cast, browser_of: Any, held: str
) -> None:
    from dashboard.live.spec import spec_named

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


def test_whoever_sees_some_containers_has_their_troubles_on_the_overview(
    fleet: Fleet, browser_of: Any
) -> None:
    fleet.grant(group=fleet.prod, label="app=shop")
    for name in ("shop-1", "bank-1"):
        row = fleet.container(fleet.root1, name)
        row.state, row.health = "running", "unhealthy"
        row.save()
    from hosts.models import Endpoint, Login

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

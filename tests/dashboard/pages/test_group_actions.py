"""A verb on a whole group: the dialog names the containers, and the batch holds just those."""

import re
from typing import Any

import pytest

from hosts.models import Job
from tests.dashboard.live.conftest import container, endpoint

pytestmark = pytest.mark.each_database("writes rows that are unique, in a group or at a time")

__all__ = ["container", "endpoint"]


@pytest.fixture
def shop(container: Any) -> None:
    container("web", project="shop")
    container("db", project="shop", unit="db.service")
    container("job", project="shop", state="exited", exit_code=0)
    container("pause", project="shop", is_infra=True)
    container("other", project="blog")


def asked(browser: Any, verb: str, **given: str) -> str:
    answer = browser.get(f"/containers/group/{verb}/", {"group": "project", "key": "shop", **given})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_dialog_names_just_whom_it_concerns(cast: Any, browser_of: Any, shop: None) -> None:
    bob = browser_of(cast.bob)
    restart = asked(bob, "restart")
    assert "Restart 2 containers on 1 host?" in restart
    assert "db.service" in restart
    assert restart.count('name="object"') == 2
    assert 'action="/containers/bulk/restart/"' in restart
    assert asked(bob, "start").count('name="object"') == 1
    assert asked(bob, "restart", q="name:web").count('name="object"') == 1
    assert asked(bob, "restart", locked="name:db").count('name="object"') == 1
    assert "No container in this group" in asked(bob, "restart", key="nothing")


def test_what_is_asked_for_is_a_batch_of_them(cast: Any, browser_of: Any, shop: None) -> None:
    bob = browser_of(cast.bob)
    objects = re.findall(r'name="object" value="([^"]+)"', asked(bob, "stop"))
    bob.send("/containers/bulk/stop/", {"object": objects})
    assert {job.object_name for job in Job.objects.all()} == {"web", "db"}
    assert len({job.batch_id for job in Job.objects.all()}) == 1


def test_a_viewer_is_refused(cast: Any, browser_of: Any, shop: None) -> None:
    given = {"group": "project", "key": "shop"}
    assert browser_of(cast.charlie).get("/containers/group/stop/", given).status_code == 403


def test_a_head_offers_what_the_role_permits(cast: Any, browser_of: Any, shop: None) -> None:
    def head(user: Any) -> str:
        return str(browser_of(user).get("/containers/?group=project").content.decode())

    assert "/containers/group/restart/?group=project&amp;key=shop" in head(cast.bob)
    viewer = head(cast.charlie)
    assert "/containers/group/" not in viewer
    assert "/logs/?group=project&amp;key=shop" in viewer

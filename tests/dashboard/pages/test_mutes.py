"""A muted host: no item on the overview, a note on its page, and the end by time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.hosts.mute_host import end_mutes
from hosts.models import HostMute
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("writes rows that are unique, in a group or at a time"),
]


def attention(browser: Any) -> str:
    return str(browser.get("/").content.decode())


def test_muted_it_is_quiet_until_its_time(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any], entries: Any
) -> None:
    host = hosts.web2.host
    hosts.add(hosts.web2, "container", "sick", state="running", health="unhealthy")
    bob = browser_of(cast.bob)
    before = attention(bob)
    assert "web2 is away" in before
    assert "sick on web2 is unhealthy" in before
    path = f"/hosts/{host.pk}/mute/"
    assert path in bob.get(f"/hosts/{host.pk}/").content.decode()
    assert "Give a reason" in bob.send(path, {"minutes": "120"}).content.decode()
    assert (
        "Two weeks at most" in bob.send(path, {"minutes": "99999", "reason": "x"}).content.decode()
    )
    answer = bob.send(path, {"minutes": "120", "reason": "new <b>disks</b>"})
    assert answer.status_code == 204
    quiet = attention(bob)
    assert "web2 is away" not in quiet
    assert "sick on web2 is unhealthy" not in quiet
    page = browser_of(cast.charlie).get(f"/hosts/{host.pk}/").content.decode()
    assert "Bob is working on it." in page
    assert "new &lt;b&gt;disks" in page
    assert ">maintenance<" in bob.get("/hosts/").content.decode()
    [entry] = entries("host.mute")
    assert entry.params["reason"] == "new <b>disks</b>"
    # everything else works
    assert "sick" in bob.get("/containers/").content.decode()

    HostMute.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "web2 is away" in attention(bob)
    assert "is working on it." not in bob.get(f"/hosts/{host.pk}/").content.decode()
    assert end_mutes() == 1
    assert end_mutes() == 0


def test_ended_early_and_by_right_alone(
    cast: Cast, hosts: Hosts, browser_of: Callable[..., Any], entries: Any
) -> None:
    host = hosts.web2.host
    bob, charlie = browser_of(cast.bob), browser_of(cast.charlie)
    form = {"minutes": "30", "reason": "cables"}
    assert charlie.send(f"/hosts/{host.pk}/mute/", form).status_code == 403
    assert bob.send(f"/hosts/{host.pk}/unmute/").status_code == 404
    bob.send(f"/hosts/{host.pk}/mute/", form)
    assert charlie.send(f"/hosts/{host.pk}/unmute/").status_code == 403
    assert "web2 is away" not in attention(bob)
    assert bob.send(f"/hosts/{host.pk}/unmute/").status_code == 302
    assert "web2 is away" in attention(bob)
    assert [one.kind for one in entries("host.unmute")] == ["event"]

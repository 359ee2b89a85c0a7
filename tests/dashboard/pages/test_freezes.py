"""Freeze windows: the form, the banner, the run form, and overrides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from hosts.models import FreezeWindow, Group, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts

__all__ = ["hosts"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("writes rows that are unique, in a group or at a time"),
]
FORM = {
    "name": "Friday evening",
    "words": "nobody is <b>there</b>",
    "severity": "refuse",
    "zone": "Europe/Berlin",
    "days": ["4", "5"],
    "from_time": "18:00",
    "until_time": "06:00",
    "enabled": "on",
}


def test_made_changed_and_removed(cast: Cast, hosts: Hosts, browser_of: Callable[..., Any]) -> None:
    alice = browser_of(cast.alice)
    assert "No freeze windows yet" in alice.get("/guardrails/freezes/").content.decode()
    wrong = alice.send("/guardrails/freezes/new/", {**FORM, "zone": "Mars"})
    assert (wrong.status_code, b"There is no such time zone" in wrong.content) == (422, True)
    nothing = alice.send("/guardrails/freezes/new/", {**FORM, "days": []})
    assert "Choose days of the week" in nothing.content.decode()
    assert alice.send("/guardrails/freezes/new/", FORM).status_code == 302
    row = FreezeWindow.objects.get()
    assert (row.days, str(row.from_time), row.everywhere) == ([4, 5], "18:00:00", True)
    text = alice.get("/guardrails/freezes/").content.decode()
    assert "Friday, Saturday" in text
    assert "nobody is &lt;b&gt;there" in text
    once = {
        **FORM,
        "days": [],
        "starts": "2026-12-24T18:00",
        "ends": "2026-12-27T06:00",
        "verbs": "container.remove, image.prune",
    }
    assert alice.send(f"/guardrails/freezes/{row.pk}/", once).status_code == 302
    row.refresh_from_db()
    assert row.starts_at.isoformat() == "2026-12-24T17:00:00+00:00"
    assert row.verbs == ["container.remove", "image.prune"]
    assert (
        'value="2026-12-24T18:00"' in alice.get(f"/guardrails/freezes/{row.pk}/").content.decode()
    )
    bob = browser_of(cast.bob)
    assert bob.get("/guardrails/freezes/").status_code == 200
    for path in ("new/", f"{row.pk}/", f"{row.pk}/remove/"):
        assert bob.send(f"/guardrails/freezes/{path}", once).status_code == 403
    assert alice.send(f"/guardrails/freezes/{row.pk}/remove/").status_code == 302
    assert not FreezeWindow.objects.exists()


@pytest.fixture
def window(hosts: Hosts) -> Any:
    now = timezone.now()
    return FreezeWindow.objects.create(
        name="year's end",
        words="books are closed",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )


def test_the_banner_and_the_run_form_say_it_before_the_click(
    cast: Cast, hosts: Hosts, window: Any, browser_of: Callable[..., Any]
) -> None:
    bob = browser_of(cast.bob)
    assert "books are closed" in bob.get("/containers/").content.decode()
    form = {"image": "quay.io/x/y:1", "endpoint": hosts.web1.pk, "restart": "no"}
    said = bob.send("/containers/run/check/", form).content.decode()
    assert "books are closed" in said
    assert "forbidden" in said
    refused = bob.send("/containers/run/", form, HTTP_HX_REQUEST="true").content.decode()
    assert "books are closed" in refused
    # of a group without a host that one sees there is no word
    window.everywhere = False
    window.save()
    window.groups.set([Group.objects.create(name="edge")])
    assert "books are closed" not in bob.get("/containers/").content.decode()
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    window.everywhere = True
    window.save()
    assert "books are closed" not in browser_of(cast.charlie).get("/").content.decode()


def test_who_may_override_is_asked_why(
    cast: Cast, hosts: Hosts, window: Any, browser_of: Callable[..., Any], entries: Any
) -> None:
    row = hosts.add(hosts.web1, "container", "shop", state="running")
    stop = f"/containers/{row.endpoint_id}/{row.podman_id}/stop/"
    assert browser_of(cast.bob).send(stop).status_code == 403
    alice = browser_of(cast.alice)
    asked = alice.send(stop)
    assert (asked.status_code, b"Override the freeze" in asked.content) == (409, True)
    assert not Job.objects.exists()
    assert alice.send(stop, {"approval_reason": "it burns"}).status_code == 302
    assert Job.objects.get().state == "queued"
    [entry] = entries("freeze.override")
    assert entry.params["reason"] == "it burns"

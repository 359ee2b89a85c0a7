"""Rows that were drawn already are given again, but never where anything that they show differs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import User
from dashboard.live.render import rows_html
from dashboard.live.row_cache import KEEP_S, RowCache
from dashboard.live.spec import spec_named
from dashboard.live.view import run, view_of
from hosts.models import Endpoint, Host, ObjectLock
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


def test_equal_keys_are_drawn_once_and_the_least_used_is_forgotten() -> None:
    drawn = RowCache(most=2, clock=lambda: 0.0)
    times: list[str] = []

    def draw(name: str) -> Callable[[], str]:
        def drawing() -> str:
            times.append(name)
            return name

        return drawing

    for name in ("a", "b", "a", "c", "a", "b"):
        assert drawn.get(name, draw(name)) == name
    assert times == ["a", "b", "c", "b"]


def test_after_a_minute_it_is_drawn_again() -> None:
    now = [0.0]
    drawn = RowCache(clock=lambda: now[0])
    assert drawn.get("a", lambda: "1 s ago") == "1 s ago"
    now[0] = KEEP_S
    assert drawn.get("a", lambda: "1 min ago") == "1 min ago"


@pytest.fixture
def seen(fleet: Fleet, browser_of: Any) -> Callable[..., str]:
    """`seen(user)`: the list of running containers as that person's browser gets it."""
    Endpoint.objects.update(state="up")

    def page(user: Any, **headers: Any) -> str:
        answer = browser_of(user).get("/containers/?q=id:shop0", headers=headers)
        html: str = answer.content.decode()
        return html[html.index("<tbody") :].split("</tbody>")[0]

    return page


def test_what_others_change_is_seen_at_once(fleet: Fleet, seen: Callable[..., str]) -> None:
    fleet.grant("operator")
    first = seen(fleet.erin)
    assert "shop-1" in first
    assert seen(fleet.erin) == first
    Host.objects.filter(pk=fleet.web1.pk).update(name="webone")
    assert "webone" in seen(fleet.erin)
    Endpoint.objects.filter(pk=fleet.root1.pk).update(state="away", reason="no route")
    assert "no route" in seen(fleet.erin)
    assert "data-away" in seen(fleet.erin)
    Endpoint.objects.filter(pk=fleet.root1.pk).update(state="up", reason="")
    lock = ObjectLock.objects.create(
        kind="container",
        endpoint=fleet.root1,
        host=fleet.web1,
        object_id="shop0",
        name="shop-1",
        reason="the auditors want it",
        locked_by_name="Alice",
    )
    assert "the auditors want it" in seen(fleet.erin)
    lock.delete()
    assert "the auditors want it" not in seen(fleet.erin)


def test_nobody_gets_a_row_that_was_drawn_for_other_rights(
    fleet: Fleet, seen: Callable[..., str], cast: Any
) -> None:
    fleet.grant("operator", host=fleet.web1, until=timezone.now() + timedelta(hours=1))
    fleet.grant("viewer", user=cast.dave, host=fleet.web1)
    User.objects.filter(pk=cast.dave.pk).update(role=fleet.erin.role, is_active=True)
    assert "stop/" in seen(fleet.erin)
    assert "stop/" not in seen(cast.dave)
    assert "stop/" in seen(fleet.erin)


def test_nor_one_in_another_language(fleet: Fleet) -> None:
    fleet.grant("operator")
    spec = spec_named("containers")
    assert spec is not None
    person = fleet.person()
    result = run(view_of(spec, {"q": "id:shop0"}), person)
    english = rows_html(spec, result.rows, person)
    assert rows_html(spec, result.rows, person)[0] is english[0]
    with translation.override("de"):
        assert rows_html(spec, result.rows, person)[0] is not english[0]

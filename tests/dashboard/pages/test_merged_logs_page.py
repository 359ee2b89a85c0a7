"""The page of merged logs: whose logs it shows, and what its address keeps."""

from typing import Any

import pytest

from accounts.models import Role

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


def test_it_says_which_group_and_keeps_it_while_narrowed(cast: Any, browser_of: Any) -> None:
    page = browser_of(cast.charlie).get("/logs/?q=state:running&group=project&key=<b>shop</b>")
    text = page.content.decode()
    assert "compose project: &lt;b&gt;shop&lt;/b&gt;" in text
    assert 'name="key" value="&lt;b&gt;shop&lt;/b&gt;"' in text
    assert (
        'data-logs-query="q=state%3Arunning&amp;group=project&amp;key=%3Cb%3Eshop%3C%2Fb%3E"'
        in text
    )


def test_named_containers_are_counted_and_nonsense_is_dropped(cast: Any, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    text = alice.get("/logs/?c=1:aa&c=1:bb&c=1:bb&c=nothing&c=x:y").content.decode()
    assert "2 containers you chose" in text
    assert 'data-logs-query="c=1%3Aaa&amp;c=1%3Abb"' in text
    assert "Choose logs" in alice.get("/logs/").content.decode()


def test_who_may_read_no_logs_is_refused(cast: Any, browser_of: Any, entries: Any) -> None:
    cast.charlie.role = Role.objects.create(name="looker", verbs=["host.view", "container.view"])
    cast.charlie.save()
    assert browser_of(cast.charlie).get("/logs/?q=x").status_code == 403

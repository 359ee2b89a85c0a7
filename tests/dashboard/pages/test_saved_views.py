"""Saved views: save, default, and each person's own."""

from typing import Any

import pytest

from accounts.saved_views import SavedView

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")


def save(browser: Any, name: str, query: str) -> Any:
    return browser.send("/views/containers/save/", {"name": name, "query": query})


def test_a_view_is_saved_as_we_write_it_and_shown_in_the_menu(cast: Any, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    save(alice, "<b>mine</b>", "?q=state:running&sort=-host&group=project&page=3&next=evil")
    view = SavedView.objects.get()
    assert view.query == "q=state%3Arunning&sort=-host&group=project"
    page = alice.get("/containers/").content.decode()
    assert "&lt;b&gt;mine&lt;/b&gt;" in page
    assert "/containers/?q=state%3Arunning&amp;sort=-host&amp;group=project" in page
    assert "mine" not in browser_of(cast.bob).get("/containers/").content.decode()


def test_the_default_opens_the_list_and_plain_stays_in_reach(cast: Any, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    save(alice, "bad", "?q=state:failed")
    view = SavedView.objects.get()
    assert alice.get("/containers/").status_code == 200
    alice.send(f"/views/{view.pk}/default/")
    answer = alice.get("/containers/")
    assert (answer.status_code, answer["Location"]) == (302, "/containers/?q=state%3Afailed")
    assert alice.get("/containers/?q=").status_code == 200
    assert alice.get("/containers/", headers={"HX-Request": "true"}).status_code == 200
    assert browser_of(cast.bob).get("/containers/").status_code == 200
    alice.send(f"/views/{view.pk}/default/")
    assert alice.get("/containers/").status_code == 200


def test_rename_and_remove_with_words_for_what_is_wrong(cast: Any, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    save(alice, "one", "?q=a")
    save(alice, "two", "?q=b")
    one, two = SavedView.objects.all()
    assert b"already" in alice.send(f"/views/{one.pk}/rename/", {"name": "two"}).content
    alice.send(f"/views/{one.pk}/rename/", {"name": "first"})
    alice.send(f"/views/{two.pk}/remove/")
    assert [view.name for view in SavedView.objects.all()] == ["first"]
    assert b"name" in save(alice, "", "?q=c").content
    assert SavedView.objects.count() == 1


def test_views_of_others_do_not_exist(cast: Any, browser_of: Any) -> None:
    save(browser_of(cast.alice), "one", "?q=a")
    view = SavedView.objects.get()
    bob = browser_of(cast.bob)
    for verb in ("rename", "default", "remove"):
        assert bob.send(f"/views/{view.pk}/{verb}/", {"name": "x"}).status_code == 404
    assert bob.send("/views/nothing/save/", {"name": "x", "query": ""}).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.is_default) == ("one", False)

"""One offer of a verb makes all ways to it."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.urls import resolve, reverse
from django.utils import timezone

from dashboard.furniture.create_page import create
from dashboard.furniture.offer import Fields, Offer
from dashboard.furniture.places import Place
from dashboard.furniture.verb_views import many
from dashboard.offers import BUTTONS, OFFERS, containers, networks
from dashboard.pages.search.container_commands import CONTAINER_COMMANDS, words
from dashboard.pages.search.places import COMMANDS
from hosts.actions.containers import rename_container
from hosts.models import Container, Endpoint, Host, Network

WITH_DIALOG = [offer for offer in OFFERS if offer.dialog]
RUNNING = {"restart", "stop", "pause", "kill", "checkpoint", "command"}


def test_each_has_an_address_of_its_own() -> None:
    names = Counter((offer.kind, offer.name) for offer in OFFERS)
    assert [name for name, number in names.items() if number > 1] == []


def test_no_two_bodies_have_one_name_in_the_description() -> None:
    bodies = {offer.body for offer in OFFERS}
    assert len({body.__name__ for body in bodies}) == len(bodies)


@pytest.mark.parametrize("offer", WITH_DIALOG, ids=lambda offer: f"{offer.kind} {offer.name}")
def test_what_has_a_dialog_has_its_words_and_its_page(offer: Offer) -> None:
    assert all((offer.label, offer.icon, offer.doing))
    where = f"{offer.kind}s:{offer.name}"
    assert reverse(where, args=[7, "abc"]) == f"/{offer.kind}s/7/abc/{offer.name}/"
    if offer.for_many:
        assert reverse(f"{offer.kind}s:bulk-{offer.name}") == offer.in_bulk().url


def test_fields_are_no_question_and_one_by_one_is_not_many() -> None:
    rename = next(offer for offer in OFFERS if offer.verb == rename_container.VERB)
    assert isinstance(rename.dialog, Fields)
    with pytest.raises(ValueError, match=r"container\.rename has no question"):
        rename.question([])
    with pytest.raises(ValueError, match=r"container\.rename is asked for one by one"):
        many(rename)


def test_ctrl_k_knows_all_of_a_container() -> None:
    assert {offer.name for offer in containers.OFFERS if offer.dialog} <= set(CONTAINER_COMMANDS)
    assert words(CONTAINER_COMMANDS["stop"], "shop 50%") == "Stop shop 50%…"
    assert words(CONTAINER_COMMANDS["kill"], "shop") == "Send a signal to shop…"
    assert words(CONTAINER_COMMANDS["logs"], "shop") == "Logs of shop"


@pytest.mark.parametrize(
    ("state", "health", "can"),
    [
        ("running", "", RUNNING),
        ("running", "healthy", RUNNING | {"healthcheck"}),
        ("paused", "", {"stop", "kill", "unpause"}),
        ("exited", "", {"start", "restart", "init", "restore"}),
        ("created", "", {"start", "restart", "init"}),
        ("stopping", "healthy", {"stop", "kill"}),
    ],
)
def test_what_does_something_in_a_state(state: str, health: str, can: set[str]) -> None:
    row = Container(state=state, health=health)
    every = frozenset(offer.verb for offer in containers.OFFERS)
    always = {"rename", "update", "commit", "upgrade", "wait", "remove", "recreate"}
    found = {offer.word for offer in containers.OFFERS if offer.possible(row, every)}
    assert found == can | always
    assert not any(offer.possible(row, frozenset()) for offer in containers.OFFERS)


def names(place: str, row: Any, verbs: frozenset[str]) -> str:
    loop = "{% for one in buttons %}{{ one.face.part }} {% endfor %}"
    text = f'{{% load offers %}}{{% buttons_at "{place}" as buttons %}}{loop}'
    return Template(text).render(Context({"row": row, "verbs": verbs})).strip()


def container(**given: Any) -> Any:
    host = Host(pk=1, name="web1")
    endpoint = Endpoint(pk=1, host=host, state="up")
    row: Any = Container(endpoint=endpoint, podman_id="a" * 64, name="web", **given)
    row.lock_kind = "container"
    return row


EVERY = frozenset(one.verb for found in BUTTONS.values() for one in found)


def test_the_buttons_of_an_object_are_what_it_can_now() -> None:
    running, paused = container(state="running"), container(state="paused")
    assert names("row", running, EVERY) == "turn restart logs terminal"
    assert names("row", paused, EVERY) == "unpause turn logs terminal"
    assert names("head", paused, EVERY) == "unpause turn"
    assert names("row", running, EVERY - {"container.stop"}) == "restart logs terminal"
    infra = container(state="running", is_infra=True)
    infra.can = []
    assert names("row", infra, EVERY) == ""
    # what has a button of its own is no menu item, and what is lost for good stands last
    menu = names("menu", running, EVERY).split()
    assert not {"turn", "restart"} & set(menu)
    assert menu[-3:] == ["lock", "kill", "remove"]
    assert names("menu", container(state="running", gone=timezone.now()), EVERY) == ""


def test_a_button_asks_first_or_does_not() -> None:
    def said(row: Container, place: str = "row") -> str:
        text = (
            '{% load offers %}{% buttons_at place as buttons %}{% include "parts/buttons.html" %}'
        )
        given = {"row": row, "verbs": frozenset({"container.stop", "container.logs"})}
        return Template(text).render(Context(given | {"place": place}))

    assert 'hx-post="/containers/1/' in said(container(state="running"))
    owned = said(container(state="running", unit="web.service"))
    assert 'hx-get="/containers/1/' in owned
    assert 'aria-label="Stop web"' in owned
    assert 'aria-label="Logs of web"' in owned


def test_the_network_that_comes_with_podman_is_not_to_be_removed() -> None:
    def row(name: str) -> Network:
        return Network(endpoint_id=1, podman_id="b" * 64, name=name)

    verbs = frozenset({networks.REMOVE.verb})
    assert names("row", row("shop"), verbs) == "remove"
    assert names("row", row("podman"), verbs) == ""
    assert names("row", row("shop"), frozenset()) == ""


def test_what_makes_and_what_prunes_has_its_page_and_its_line_in_ctrl_k() -> None:
    listed = [offer for offer in OFFERS if Place.LIST in offer.on]
    assert {offer.verb for offer in listed} >= {"volume.create", "image.pull", "image.prune"}
    known = {command.url_name: str(command.word) for command in COMMANDS}
    for offer in listed:
        assert reverse(offer.page_name)
        assert known[offer.page_name] == str(offer.command or offer.label)
    with pytest.raises(ValueError, match="no form for something new"):
        create(containers.STOP)


@pytest.mark.parametrize("kind", sorted(BUTTONS))
def test_what_opens_a_page_of_its_own_has_one(kind: str) -> None:
    place = "7" if kind == "host" else "7/abc"
    below = [one for one in BUTTONS[kind] if one.opens is not None and not getattr(one, "at", None)]
    for one in below:
        if one.on & {Place.ROW, Place.HEAD, Place.MENU} or one.command:
            assert one.page_name or resolve(f"/{kind}s/{place}/{one.name}/")
        if Place.BULK in one.on:
            assert resolve(one.in_bulk().url)


@pytest.mark.parametrize("kind", sorted(BUTTONS))
def test_no_row_and_no_head_has_a_button_by_hand(kind: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "templates"
    found = [folder / f"{kind}s" / name for name in ("row.html", "head.html", "group.html")]
    for file in filter(Path.is_file, [*found, folder / "objects/head.html"]):
        assert not re.findall("hx-(?:get|post)", file.read_text()), file

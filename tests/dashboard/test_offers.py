"""One offer of a verb makes all ways to it."""

from collections import Counter
from typing import Any

import pytest
from django.template import Context, Template
from django.urls import reverse

from dashboard.furniture.acting import many
from dashboard.furniture.offer import Fields, Offer
from dashboard.offers import OFFERS, containers, networks
from dashboard.pages.search.container_commands import CONTAINER_COMMANDS
from hosts.actions.containers import rename_container
from hosts.models import Container, Network

WITH_DIALOG = [offer for offer in OFFERS if offer.dialog]


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
    assert CONTAINER_COMMANDS["stop"].of("shop 50%") == "Stop shop 50%…"
    assert CONTAINER_COMMANDS["kill"].of("shop") == "Send a signal to shop…"


@pytest.mark.parametrize(
    ("state", "health", "can"),
    [
        ("running", "", {"restart", "stop", "pause", "kill", "checkpoint"}),
        ("running", "healthy", {"restart", "stop", "pause", "kill", "checkpoint", "healthcheck"}),
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


def drawn(text: str, **context: Any) -> str:
    return Template("{% load offers %}" + text).render(Context(context))


def test_the_menu_of_an_object_holds_what_it_can_now() -> None:
    loop = '{% for offer in can|offered:"container" %}{{ offer.name }} {% endfor %}'
    # what has a button of its own is no menu item
    assert drawn(loop, can=["stop", "pause", "rename"]) == "rename stop-after pause "
    assert drawn(loop, can=[]) == ""


def test_the_network_that_comes_with_podman_is_not_to_be_removed() -> None:
    loop = '{% offers_of row "network" verbs as found %}{% for one in found %}{{ one.name }}{% endfor %}'
    verbs = frozenset({networks.REMOVE.verb})
    assert drawn(loop, row=Network(name="shop"), verbs=verbs) == "remove"
    assert drawn(loop, row=Network(name="podman"), verbs=verbs) == ""
    assert drawn(loop, row=Network(name="shop"), verbs=frozenset()) == ""

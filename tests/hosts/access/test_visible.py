"""What a person sees: rows in lists and single ones by the same rule; where, through which grant."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q

from accounts.models import Role, User
from audit import write
from audit.models import Entry
from audit.shapes import Target
from hosts.access import (
    Denied,
    NotVisible,
    get_host,
    get_object,
    is_visible,
    objects_with,
    visible_endpoints,
    visible_entries,
    visible_groups,
    visible_hosts,
    visible_objects,
)
from hosts.models import INVENTORY, Container, Endpoint, Group, Host
from tests.two_teams import Fleet


def seen(fleet: Fleet, person: Any = None) -> set[str]:
    """Containers that erin sees in lists; one by one they are the same."""
    person = person or fleet.person()
    listed = set(Container.objects.filter(visible_objects(person, "container")))
    single = {
        row
        for row in Container.objects.select_related("endpoint__host")
        if row.endpoint.enabled and row.endpoint.host.enabled and is_visible(person, row)
    }
    assert listed == single
    return {row.podman_id for row in listed}


def names(rows: Any) -> set[str]:
    return {str(row) for row in rows}


ALL = {"shop0", "bank0", "shop1", "bank1", "shop2", "bank2"}


@pytest.mark.parametrize(
    ("place", "shown", "hosts"),
    [
        ({}, ALL, {"web1", "web2"}),
        ({"group": "prod"}, {"shop0", "bank0", "shop1", "bank1"}, {"web1"}),
        ({"host": "web2"}, {"shop2", "bank2"}, {"web2"}),
        ({"endpoint": "anna1"}, {"shop1", "bank1"}, {"web1"}),
        ({"label": "app=shop"}, {"shop0", "shop1", "shop2"}, {"web1", "web2"}),
        ({"names": "bank-*"}, {"bank0", "bank1", "bank2"}, {"web1", "web2"}),
        ({"host": "web1", "label": "app=shop"}, {"shop0", "shop1"}, {"web1"}),
        ({"endpoint": "anna1", "names": "b*", "label": "app"}, {"bank1"}, {"web1"}),
        ({"host": "web1", "label": "app=none"}, set(), {"web1"}),
    ],
)
def test_a_grant_shows_its_place_and_containers(
    fleet: Fleet, place: dict[str, str], shown: set[str], hosts: set[str]
) -> None:
    fleet.grant(**{kind: getattr(fleet, value, value) for kind, value in place.items()})
    assert seen(fleet) == shown
    assert names(visible_hosts(fleet.person())) == hosts


def test_with_nothing_held_there_is_nothing(fleet: Fleet) -> None:
    person = fleet.person()
    assert seen(fleet) == set()
    for found in (visible_hosts(person), visible_endpoints(person), visible_groups(person)):
        assert not found.exists()


def test_grants_add_up(fleet: Fleet) -> None:
    fleet.grant(endpoint=fleet.root1, label="app=shop")
    fleet.grant("viewer", host=fleet.web2)
    assert seen(fleet) == {"shop0", "shop2", "bank2"}
    fleet.grant("viewer", endpoint=fleet.root1)
    assert seen(fleet) == {"shop0", "bank0", "shop2", "bank2"}


def test_narrowed_it_shows_no_other_kind(fleet: Fleet) -> None:
    fleet.grant("admin", label="app=shop")
    person = fleet.person()
    for kind, model in INVENTORY.items():
        if kind != "container":
            assert not model.objects.filter(visible_objects(person, kind)).exists()
            # no rows there, so it is the condition that has to say so
            assert objects_with(person, f"{kind}.view"), kind


def test_verbs_are_asked_for_container_by_container(fleet: Fleet) -> None:
    fleet.grant("viewer", host=fleet.web1)
    fleet.grant("operator", host=fleet.web1, label="app=shop")
    with_stop = Container.objects.filter(objects_with(fleet.person(), "container.stop"))
    assert {row.podman_id for row in with_stop} == {"shop0", "shop1"}
    assert seen(fleet) == {"shop0", "bank0", "shop1", "bank1"}


def test_one_on_an_endpoint_shows_nothing_of_its_neighbour(fleet: Fleet) -> None:
    fleet.grant(endpoint=fleet.anna1)
    assert list(visible_endpoints(fleet.person())) == [fleet.anna1]
    assert list(visible_groups(fleet.person())) == [fleet.prod]


@pytest.mark.parametrize("what", ["endpoint", "host"])
def test_what_is_disabled_is_out_of_the_lists(fleet: Fleet, what: str) -> None:
    fleet.grant()
    if what == "endpoint":
        Endpoint.objects.filter(pk=fleet.root1.pk).update(enabled=False)
        hidden = {"shop0", "bank0"}
    else:
        Host.objects.filter(pk=fleet.web1.pk).update(enabled=False)
        hidden = {"shop0", "bank0", "shop1", "bank1"}
    assert seen(fleet) == ALL - hidden
    assert names(visible_hosts(fleet.person())) == {"web1", "web2"}


def test_a_token_hides_what_it_is_not_for(fleet: Fleet) -> None:
    fleet.grant()
    limited = fleet.person(endpoints=frozenset({fleet.anna1.pk}), hosts=frozenset())
    assert list(visible_endpoints(limited)) == [fleet.anna1]
    listed = Container.objects.filter(visible_objects(limited, "container"))
    assert {row.podman_id for row in listed} == {"shop1", "bank1"}
    blind = fleet.person(verbs=frozenset({"job.view"}))
    assert not Container.objects.filter(visible_objects(blind, "container")).exists()
    assert not visible_hosts(blind).exists()


def test_what_one_may_not_see_is_not_there(fleet: Fleet, entries: Any) -> None:
    fleet.grant(host=fleet.web1, label="app=shop")
    person = fleet.person()
    found = get_object(person, "container", fleet.root1.pk, "shop0", verb="container.stop")
    assert found.name == "shop-1"
    for endpoint, podman_id in (
        (fleet.root1.pk, "bank0"),
        (fleet.root2.pk, "shop2"),
        (fleet.root1.pk, "none"),
        (10**6, "shop0"),
    ):
        with pytest.raises(NotVisible):
            get_object(person, "container", endpoint, podman_id, verb="container.view")
    with pytest.raises(NotVisible):
        get_host(person, fleet.web2.pk, "host.view")
    # no refusal either: it would tell that the name is one
    assert entries("container.view") == []


def test_visible_and_not_permitted_is_refused_and_written(fleet: Fleet, entries: Any) -> None:
    fleet.grant("viewer", host=fleet.web1, label="app=shop")
    with pytest.raises(Denied):
        get_object(fleet.person(), "container", fleet.root1.pk, "shop0", verb="container.stop")
    [entry] = entries("container.stop")
    assert (entry.kind, entry.who_name, entry.target_name) == ("refusal", "Erin", "shop-1")


def test_groups_without_a_host_that_one_sees_are_not_there(fleet: Fleet) -> None:
    Group.objects.create(name="empty")
    fleet.grant(host=fleet.web2)
    assert names(visible_groups(fleet.person())) == set()
    User.objects.filter(pk=fleet.erin.pk).update(role=Role.objects.get(name="viewer"))
    assert names(visible_groups(fleet.person())) == {"empty", "prod"}


def test_a_token_reads_the_log_of_its_own_places_alone(fleet: Fleet) -> None:
    """Entries about a host as a whole, which name no endpoint, are cut down too."""
    for host in (fleet.web1, fleet.web2):
        fleet.grant(host=host)
        target = Target("host", str(host.pk), host.name, host_id=host.pk, host_name=host.name)
        with transaction.atomic():
            write.event(fleet.person().who, "host.edit", target)

    def read(**limits: Any) -> set[str]:
        seen = visible_entries(fleet.person(**limits))
        found = Entry.objects.filter(seen or Q(), verb="host.edit")
        return set(found.values_list("host_name", flat=True))

    web2 = {"hosts": frozenset({fleet.web2.pk}), "endpoints": frozenset({fleet.root2.pk})}
    assert read() == {"web1", "web2"}
    assert read(**web2) == {"web2"}
    assert read(verbs=frozenset({"host.view"})) == set()
    fleet.grant("auditor")
    assert read(**web2) == {"web2"}

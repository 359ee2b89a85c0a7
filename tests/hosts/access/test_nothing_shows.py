"""What one may not see is in no answer of access: rows, places, groups, jobs, entries, and no fetch."""

from typing import Any

import pytest

from accounts.models import Role, User
from audit.models import Entry
from hosts import access
from hosts.access import Denied, NotVisible, Person
from hosts.actions.containers import stop_container
from hosts.actions.images import remove_image
from hosts.actions.networks import remove_network
from hosts.actions.volumes import remove_volume
from hosts.guardrails import GuardrailRefused
from hosts.models import INVENTORY, Container, Job, ObjectLock
from tests import make
from tests.cast import Cast
from tests.dashboard.hidden_cast import BESIDE, HIDDEN, KINDS, SEEN, furnish, seers

# which Podmans each sees at all, and of which they see whatever is there
PLACES = {"one": {1}, "some": {1}, "group": {1, 2}, "volumes": {1}, "nobody": set()}
WHOLE = {"one": {1}, "some": set(), "group": {1, 2}, "volumes": set(), "nobody": set()}


@pytest.fixture
def person(cast: Cast, who_of: Any) -> Any:
    """`person("some")`"""
    furnish(cast.alice)
    role = Role.objects.get(name="member")

    def member(name: str) -> Any:
        return User.objects.create(email=f"{name}@example.org", name=name, role=role)

    found = seers(member)
    return lambda name: Person(found[name].user, who_of(found[name].user))


@pytest.mark.parametrize("name", PLACES)
def test_rows(person: Any, name: str) -> None:
    asker = person(name)
    for kind, model in INVENTORY.items():
        found = model.objects.filter(access.visible_objects(asker, kind))
        places = set(found.values_list("endpoint", flat=True))
        if name == "volumes":
            assert places == ({1} if kind == "volume" else set()), kind
        elif name == "some":
            assert [row.name for row in found] == (["shop"] if kind == "container" else []), kind
        else:
            assert places == WHOLE[name], kind


@pytest.mark.parametrize("name", PLACES)
def test_places(person: Any, name: str) -> None:
    asker = person(name)
    endpoints = set(access.visible_endpoints(asker).values_list("pk", flat=True))
    assert endpoints == PLACES[name]
    hosts = [str(host) for host in access.visible_hosts(asker)]
    assert hosts == (["den"] if PLACES[name] else [])
    assert [str(group) for group in access.visible_groups(asker)] == (
        ["shore"] if PLACES[name] else []
    )


@pytest.mark.parametrize("name", PLACES)
def test_jobs_and_entries(person: Any, name: str) -> None:
    asker = person(name)
    jobs = set(access.visible_jobs(asker).values_list("endpoint", flat=True))
    assert jobs == WHOLE[name]
    seen = access.visible_entries(asker)
    assert seen is not None
    entries = Entry.objects.filter(seen).values_list("endpoint_id", flat=True)
    # of the site there is none among them, be it without a place
    assert set(entries) == (WHOLE[name] if name != "volumes" else set())


@pytest.mark.parametrize("name", PLACES)
def test_fetching_what_is_not_there(person: Any, name: str) -> None:
    """The same answer as for an id that nobody has, whatever verb is asked for."""
    asker = person(name)
    for place, ident in HIDDEN.items():
        for kind in KINDS:
            if place in WHOLE[name] or (name, place, kind) == ("volumes", 1, "volume"):
                continue
            for verb in (f"{kind}.view", f"{kind}.remove", f"{kind}.inspect"):
                with pytest.raises(NotVisible):
                    access.get_object(asker, kind, place, ident, verb=verb)
        if place not in PLACES[name]:
            with pytest.raises(NotVisible):
                access.get_endpoint(asker, place, "image.pull")
    with pytest.raises(NotVisible):
        access.get_host(asker, 2, "host.edit")


def test_a_name_that_changes_takes_it_out_of_sight(person: Any) -> None:
    """A narrowed grant looks at what is there now, not at what was."""
    asker = person("some")
    row = Container.objects.get(podman_id=SEEN)
    access.get_object(asker, "container", 1, SEEN, verb="container.stop")
    row.labels = {"app": "db"}
    row.save()
    with pytest.raises(NotVisible):
        access.get_object(asker, "container", 1, SEEN, verb="container.stop")


def test_a_bulk_names_nothing_that_is_hidden(person: Any) -> None:
    asker = person("some")
    refs = [(1, SEEN), *((place, ident) for place, ident in HIDDEN.items())]
    batch = stop_container.ask_many(asker, refs)
    assert batch.jobs.count() == 1
    assert {one["why"] for one in batch.skipped} == {"no longer exists"}
    assert BESIDE not in str(batch.skipped)


def may_remove_containers(person: Any) -> None:
    role = Role.objects.get(name="store")
    role.verbs = [*role.verbs, "container.remove"]
    role.save()


@pytest.mark.parametrize("kind", ["volume", "network", "image"])
def test_no_removal_by_force_without_the_right_to_what_goes_along(
    person: Any, keys: None, kind: str
) -> None:
    asker = person("volumes")
    role = Role.objects.get(name="store")
    role.verbs = [*role.verbs, f"{kind}.view", f"{kind}.remove"]
    role.save()
    room = {"volume": remove_volume, "network": remove_network, "image": remove_image}[kind]
    ref = (1, HIDDEN[1])
    with pytest.raises(Denied, match=r"container\.remove"):
        room.ask(asker, ref, force=True)
    batch = room.ask_many(asker, [ref], force=True)
    assert [one["why"] for one in batch.skipped] == ["not permitted"]
    assert not batch.jobs.exists()
    assert room.ask(asker, ref).state == Job.State.QUEUED


def test_no_lock_names_what_would_go_along(person: Any, keys: None) -> None:
    """A volume taken by force takes containers along: that one of them is locked is all that is told."""
    may_remove_containers(person("volumes"))
    mine = Container.objects.get(endpoint=1, podman_id=HIDDEN[1])
    Container.objects.filter(pk=mine.pk).update(mounts=[f"{BESIDE}-volume"])
    ObjectLock.objects.create(
        kind="container",
        host=mine.endpoint.host,
        endpoint=mine.endpoint,
        object_id=mine.podman_id,
        name=mine.name,
        locked_by_name="Alice",
        reason="moves",
    )
    said = {}
    for name in ("volumes", "one"):
        with pytest.raises(GuardrailRefused) as refused:
            remove_volume.ask(person(name), (1, HIDDEN[1]), force=True)
        said[name] = str(refused.value)
    assert f"{BESIDE}-container" in said["one"]
    assert "moves" in said["one"]
    assert "locked" in said["volumes"]
    assert not [
        word for word in (f"{BESIDE}-container", "Alice", "moves") if word in said["volumes"]
    ]


def test_what_a_command_printed_is_for_those_who_may_run_one(cast: Cast, who_of: Any) -> None:
    on = make.endpoint("web1")
    for verb in ("container.command", "container.stop"):
        Job.objects.create(verb=verb, endpoint=on, asked_by=cast.alice, intent=0)
    both, stop = {"container.command", "container.stop"}, {"container.stop"}
    people = (cast.alice, both, True), (cast.bob, both, True), (cast.charlie, stop, False)
    for user, verbs, all_jobs in people:
        asker = Person(user, who_of(user))
        assert set(access.visible_jobs(asker).values_list("verb", flat=True)) == verbs
        assert access.sees_all_jobs(asker) is all_jobs
    # one's own stays in sight
    Job.objects.update(asked_by=cast.charlie)
    assert access.visible_jobs(Person(cast.charlie, who_of(cast.charlie))).count() == 2

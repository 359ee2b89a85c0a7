"""Every verb against a lock: of its object, of what it takes along, of the whole host."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from hosts.access import Denied, Person
from hosts.actions import ACTIONS
from hosts.actions.containers import stop_container
from hosts.actions.guardrails import lock as locking
from hosts.actions.system import prune_volumes
from hosts.cards import Lock, cards, lock_of, road_of
from hosts.guardrails import GuardrailRefused, Verdict, empty_proposal, from_kube, from_request
from hosts.guardrails.blockers import Blockers
from hosts.jobs import order_check
from hosts.jobs.order import Order
from hosts.models import ObjectLock
from hosts.refusals import FieldRefusal
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts
from tests.fresh_person import person_of

pytestmark = pytest.mark.django_db
DIGEST = f"sha256:{'1' * 64}"
NAMING: dict[str, Callable[[str], Any]] = {
    "image.pull": lambda name: from_request.images("image.pull", [name], pulled=True),
    "image.build": lambda name: from_request.build("image.build", {"t": [name]}, text="FROM x"),
    "image.tag": lambda name: from_request.images("image.tag", [], called=[name]),
    "image.copy": lambda name: from_request.images("image.copy", [name], called=[name]),
    "container.commit": lambda name: from_request.images("container.commit", [], called=[name]),
}
KINDS = ("container", "pod", "volume", "network", "image", "secret", "unit")


def test_what_a_lock_lets_through() -> None:
    """By name: a card that lets more through is a hole in the locks. A terminal is the person's: a lock
    keeps the object, not what a shell does inside (docs/guardrails.md).
    """
    streams = {"container.exec", "container.attach", "container.export", "image.save"}
    streams |= {"container.command"}
    reads = {"container.wait", "container.healthcheck", "container.files", "volume.files"}
    copies = {"container.commit", "volume.clone", "image.push", "artifact.push", "artifact.extract"}
    beside = {"container.open", "volume.open", "image.search"}
    let_through = {card.verb for card in cards() if card.lock is Lock.PASSES}
    assert let_through == streams | reads | copies | beside


def locked(row: Any, kind: str, **more: Any) -> Any:
    return ObjectLock.objects.create(
        kind=kind,
        host=row.endpoint.host,
        endpoint=row.endpoint,
        **{
            "object_id": row.podman_id,
            "name": row.name,
            "locked_by_name": "Ada",
            "reason": "audit until Friday",
            **more,
        },
    )


def asked(
    verb: str, endpoint: Any, row: Any, kind: str, *, proposal: Any = None, **params: Any
) -> None:
    """As every road does it, on this object."""
    order = Order(
        endpoint,
        kind,
        row.podman_id if row else "",
        row.name if row else "new",
        params=params,
        proposal=proposal or (empty_proposal(verb) if road_of(verb).at_click else None),
    )

    order_check.require(person_of(User.objects.get(name="Alice")), verb, [order])


@pytest.fixture
def rows(hosts: Hosts) -> dict[str, Any]:
    """One of each kind on web1."""
    more: dict[str, dict[str, Any]] = {
        "container": {"state": "running"},
        "pod": {"state": "running"},
    }
    return {kind: hosts.add(hosts.web1, kind, f"a-{kind}", **more.get(kind, {})) for kind in KINDS}


ON_OBJECTS = [verb for verb in sorted(ACTIONS) if verb.partition(".")[0] in KINDS]


@pytest.mark.parametrize("verb", ON_OBJECTS)
def test_a_lock_of_the_object(verb: str, cast: Cast, hosts: Hosts, rows: dict[str, Any]) -> None:
    kind = verb.partition(".")[0]
    row = rows[kind]
    asked(verb, hosts.web1, row, kind)
    lock = locked(row, kind)
    of_object = lock_of(verb) is Lock.CHANGES and not verb.endswith(".prune")
    if of_object:
        with pytest.raises(GuardrailRefused, match=r"locked by Ada since .*: audit until Friday"):
            asked(verb, hosts.web1, row, kind)
    else:
        asked(verb, hosts.web1, row, kind)
    # another of its kind, and the same name elsewhere, are free
    asked(verb, hosts.web1, hosts.add(hosts.web1, kind, "other", **_state(kind)), kind)
    asked(verb, hosts.web2, hosts.add(hosts.web2, kind, row.name, **_state(kind)), kind)
    # made anew under its name it is locked still
    if of_object:
        row.podman_id, lock.object_id = "newer", "older"
        row.save()
        lock.save()
        with pytest.raises(GuardrailRefused):
            asked(verb, hosts.web1, row, kind)


def _state(kind: str) -> dict[str, str]:
    return {"state": "running"} if kind in ("container", "pod") else {}


@pytest.mark.parametrize("verb", sorted(ACTIONS))
def test_a_lock_of_the_host(verb: str, cast: Cast, hosts: Hosts, rows: dict[str, Any]) -> None:
    kind = verb.partition(".")[0]
    kind = kind if kind in KINDS else "pod"
    ObjectLock.objects.create(
        kind="host",
        host=hosts.web1.host,
        object_id=str(hosts.web1.host_id),
        name="web1",
        locked_by_name="Ada",
        reason="moving",
    )
    if lock_of(verb) is Lock.PASSES:
        asked(verb, hosts.web1, rows[kind], kind)
    else:
        with pytest.raises(GuardrailRefused, match="web1 is locked by Ada"):
            asked(verb, hosts.web1, rows[kind], kind)
    asked(verb, hosts.web2, None, kind)


def test_what_goes_along_with_it(cast: Cast, hosts: Hosts) -> None:
    pod = hosts.add(hosts.web1, "pod", "shop", state="running")
    image = hosts.add(hosts.web1, "image", "web")
    inside = hosts.add(
        hosts.web1,
        "container",
        "inside",
        state="running",
        pod_id=pod.podman_id,
        pod_name="shop",
        mounts=["data"],
        networks=["back"],
        image_id=image.podman_id,
    )
    volume, network = (
        hosts.add(hosts.web1, "volume", "data"),
        hosts.add(hosts.web1, "network", "back"),
    )
    lock = locked(inside, "container")
    refused: list[tuple[str, Any, str, dict[str, Any]]] = [
        ("pod.remove", pod, "pod", {}),
        ("pod.stop", pod, "pod", {}),
        ("volume.remove", volume, "volume", {"force": True}),
        ("network.remove", network, "network", {"force": True}),
        ("network.connect", network, "network", {"container": inside.podman_id}),
        ("image.remove", image, "image", {"force": True}),
        ("kube.down", None, "pod", {"containers": ["inside"]}),
        # it joined the pod past its file
        ("kube.down", None, "pod", {"pods": ["shop"]}),
    ]
    for verb, row, kind, params in refused:
        with pytest.raises(GuardrailRefused):
            asked(verb, hosts.web1, row, kind, **params)
    asked("volume.remove", hosts.web1, volume, "volume", force=False)
    asked("image.remove", hosts.web1, image, "image", force=False)
    lock.delete()
    locked(pod, "pod")
    for verb, row, kind, params in (
        ("image.remove", image, "image", {"force": True}),
        ("container.stop", inside, "container", {}),
        ("container.run", None, "container", {"pod": "shop"}),
        ("kube.down", None, "pod", {"pods": ["shop"]}),
    ):
        with pytest.raises(GuardrailRefused):
            asked(verb, hosts.web1, row, kind, **params)


def test_a_pods_own_container_takes_the_whole_pod_along(cast: Cast, hosts: Hosts) -> None:
    """Podman removes the pod with it, whatever the other containers are made of."""
    image = hosts.add(hosts.web1, "image", "pause")
    network = hosts.add(hosts.web1, "network", "back")
    pod = {"pod_id": "pod-shop", "pod_name": "shop", "state": "running"}
    infra = {"is_infra": True, "image_id": image.podman_id, "networks": ["back"]}
    hosts.add(hosts.web1, "container", "infra", **pod, **infra)
    inside = hosts.add(hosts.web1, "container", "inside", **pod)
    for kind, row in (("image", image), ("network", network)):
        asked(f"{kind}.remove", hosts.web1, row, kind, force=True)
    locked(inside, "container")
    for kind, row in (("image", image), ("network", network)):
        with pytest.raises(GuardrailRefused):
            asked(f"{kind}.remove", hosts.web1, row, kind, force=True)


def test_a_locked_image_keeps_its_names(cast: Cast, hosts: Hosts) -> None:
    """By each road that could give one of them to another image, as far as the inventory knows."""
    mine = hosts.add(hosts.web1, "image", "mine", names=["localhost/mine:1"])
    has = {"names": ["docker.io/library/web:1", "localhost/web:latest", f"quay.io/web@{DIGEST}"]}
    locked(hosts.add(hosts.web1, "image", "web", **has), "image")
    for verb, road in NAMING.items():
        row, kind = (mine, "image") if verb == "image.tag" else (None, "image")
        # as Podman reads them
        for name in ("docker.io/library/web:1", "docker.io/web:1", "web", "localhost/web:latest"):
            with pytest.raises(
                GuardrailRefused, match=r"web is locked by Ada since .*: audit until Friday"
            ):
                asked(verb, hosts.web1, row, kind, proposal=road(name))
        for name in ("docker.io/library/web:2", "localhost/mine:1", f"quay.io/web@{DIGEST}"):
            asked(verb, hosts.web1, row, kind, proposal=road(name))
        asked(verb, hosts.web2, row, kind, proposal=road("docker.io/web:1"))


def test_a_kube_file_fetches_what_it_does_not_say_to_leave(cast: Cast, hosts: Hosts) -> None:
    row = hosts.add(hosts.web1, "image", "web", names=["docker.io/library/web:1"])
    locked(row, "image")
    for policy, free in (("", False), ("Always", False), ("IfNotPresent", True), ("Never", True)):
        inner = {"name": "c", "image": "docker.io/library/web:1", "imagePullPolicy": policy}
        pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [inner]}}
        proposal = from_kube.kube("kube.play", [pod])
        if free:
            asked("kube.play", hosts.web1, None, "pod", proposal=proposal)
            continue
        with pytest.raises(GuardrailRefused, match="web is locked"):
            asked("kube.play", hosts.web1, None, "pod", proposal=proposal)


def test_who_does_not_see_images_hears_of_no_lock(cast: Cast, hosts: Hosts) -> None:
    row = hosts.add(hosts.web1, "image", "web", names=["localhost/web:1"])
    locked(row, "image")
    dave = person_of(cast.dave)
    verdict = Blockers().add(
        Verdict(),
        hosts.web1,
        "image.build",
        kind="image",
        object_id="",
        name="localhost/web:1",
        params={},
        person=dave,
        named=["localhost/web:1"],
    )
    assert verdict.sentence() == "This would also remove something that is locked."


def test_a_volume_that_a_kube_file_writes_into_or_removes(cast: Cast, hosts: Hosts) -> None:
    locked(hosts.add(hosts.web1, "volume", "conf"), "volume")
    with pytest.raises(GuardrailRefused):
        asked("kube.play", hosts.web1, None, "pod", fills=["conf"])
    with pytest.raises(GuardrailRefused):
        asked("kube.down", hosts.web1, None, "pod", volumes=["conf"])
    asked("kube.play", hosts.web1, None, "pod", fills=["other"])


def test_a_label_locks_nothing_and_unlocks_nothing(cast: Cast, hosts: Hosts) -> None:
    label = {"io.haulout.lock": "true"}
    row = hosts.add(hosts.web1, "container", "sly", state="running", labels=label)
    asked("container.stop", hosts.web1, row, "container")
    locked(row, "container")
    row.labels = {"io.haulout.lock": "false"}
    row.save()
    with pytest.raises(GuardrailRefused):
        asked("container.stop", hosts.web1, row, "container")


def test_locking_and_unlocking_are_entries_with_rights(
    hosts: Hosts, alice: Any, bob: Any, cast: Cast, who_of: Callable[..., Any], entries: Any
) -> None:
    row = hosts.add(hosts.web1, "container", "shop", state="running")
    ref = (hosts.web1.pk, row.podman_id)
    charlie = Person(cast.charlie, who_of(cast.charlie))
    with pytest.raises(Denied):
        locking.lock_object(charlie, "container", ref, reason="mine")
    with pytest.raises(FieldRefusal, match="Give a reason"):
        locking.lock_object(bob, "container", ref, reason=" ")
    lock = locking.lock_object(alice, "container", ref, reason="an audit")
    with pytest.raises(FieldRefusal, match="already locked"):
        locking.lock_object(bob, "container", ref, reason="too")
    # nobody, whoever locked it included
    for person in (alice, bob):
        with pytest.raises(GuardrailRefused, match="an audit"):
            stop_container.ask(person, ref)
    assert {entry.kind for entry in entries("container.stop")} == {"refusal"}
    batch = stop_container.ask_many(bob, [ref])
    assert "locked by Alice" in batch.skipped[0]["why"]
    with pytest.raises(Denied):
        locking.unlock(bob, lock.pk)
    locking.unlock(alice, lock.pk)
    assert stop_container.ask(bob, ref).state == "queued"
    own = locking.lock_object(bob, "container", ref, reason="mine")
    locking.unlock(bob, own.pk)
    others = locking.lock_object(bob, "container", ref, reason="mine")
    locking.unlock(alice, others.pk)
    assert len([one for one in entries("lock.set") if one.kind == "event"]) == 3
    removed = entries("lock.remove")
    assert [one.params["locked_by"] for one in removed] == ["Alice", "Bob", "Bob"]


def test_a_prune_leaves_out_what_is_locked(hosts: Hosts, alice: Any) -> None:
    free, kept = (hosts.add(hosts.web1, "volume", name) for name in ("free", "kept"))
    locked(kept, "volume")
    refs = [(hosts.web1.pk, row.podman_id) for row in (free, kept)]
    batch = prune_volumes.ask(alice, refs, filters={})
    assert [one["name"] for one in batch.jobs.get().params["items"]] == ["free"]
    assert batch.skipped[0]["name"] == "kept"

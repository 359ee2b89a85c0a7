"""Only what no job of ours explains becomes an entry, one per object, verb and minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit import write
from audit.models import Entry
from audit.shapes import Result, Who
from hosts.access.fetch import target_of
from hosts.inventory import WriteBatch, write_together
from hosts.inventory.job_marks import AT_GATE, mark
from hosts.inventory.observed import MORE, MOST_A_MINUTE, SightingCounter, record, unexplained
from hosts.inventory.sightings import Sighting
from hosts.models import Endpoint, Job
from tests import make

A = "a" * 64


def sighting(verb: str = "container.stop", **more: Any) -> Sighting:
    kind = verb.partition(".")[0]
    values = {"kind": kind, "podman_id": A, "name": "web", "how": "event"}
    return Sighting(verb=verb, at=datetime(2026, 11, 24, tzinfo=UTC), **{**values, **more})


def job(endpoint: Endpoint, verb: str, **more: Any) -> Job:
    values = {"object_kind": "container", "object_id": A, "object_name": "web", "state": "running"}
    return Job.objects.create(
        endpoint=endpoint, verb=verb, intent=0, host_name="h", **{**values, **more}
    )


def foreign(endpoint: Endpoint, one: Sighting) -> bool:
    return bool(unexplained(endpoint.pk, [one], window_from=timezone.now()))


def test_without_a_job_it_is_somebody_elses(endpoint: Endpoint) -> None:
    assert foreign(endpoint, sighting())


@pytest.mark.parametrize(
    ("verb", "seen", "ours"),
    [
        ("container.stop", "container.stop", True),
        ("container.restart", "container.start", True),
        ("container.remove", "container.kill", True),
        ("container.pause", "container.stop", False),
        ("container.start", "container.remove", False),
    ],
)
def test_an_open_job_explains_what_it_causes(
    endpoint: Endpoint, verb: str, seen: str, ours: bool
) -> None:
    job(endpoint, verb)
    assert foreign(endpoint, sighting(seen)) is not ours


def test_another_objects_job_explains_nothing(endpoint: Endpoint) -> None:
    job(endpoint, "container.stop", object_id="b" * 64)
    assert foreign(endpoint, sighting())


@pytest.mark.parametrize(("ago_s", "ours"), [(5, True), (60, False)])
def test_a_job_explains_for_some_seconds_after_its_end(
    endpoint: Endpoint, ago_s: int, ours: bool
) -> None:
    ended = timezone.now() - timedelta(seconds=ago_s)
    job(endpoint, "container.stop", state="ok", finished_at=ended)
    assert foreign(endpoint, sighting()) is not ours


def test_containers_go_along_with_a_network_and_none_comes(endpoint: Endpoint) -> None:
    job(endpoint, "network.remove", object_kind="network", object_id="c" * 64)
    assert not foreign(endpoint, sighting("container.remove"))
    assert foreign(endpoint, sighting("container.create"))


def test_what_a_run_makes_carries_its_label(endpoint: Endpoint) -> None:
    made = job(endpoint, "container.run", object_id="", object_name="docker.io/library/nginx")
    assert not foreign(endpoint, sighting("container.create", made_by_job=mark(made.pk)))
    assert foreign(endpoint, sighting("container.create", made_by_job=mark(made.pk + 1)))
    # anybody can count
    assert foreign(endpoint, sighting("container.create", made_by_job=str(made.pk)))
    # removed by hand while the run that made it is long over
    assert foreign(endpoint, sighting("container.kill", made_by_job=mark(made.pk)))


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("docker.io/library/nginx:1", "docker.io/library/nginx:1", True),
        ("nginx", "docker.io/library/nginx:latest", True),
        ("nginx:1", "docker.io/library/nginx:latest", False),
    ],
)
def test_a_pull_is_known_by_its_name(
    endpoint: Endpoint, ours: str, theirs: str, same: bool
) -> None:
    job(endpoint, "image.pull", object_kind="image", object_id="", object_name=ours)
    assert foreign(endpoint, sighting("image.pull", name=theirs)) is not same


def test_equal_ones_are_counted_for_a_minute() -> None:
    minutes = SightingCounter()
    assert minutes.add(sighting(), now=0.0)
    assert not minutes.add(sighting(), now=1.0)
    assert not minutes.add(sighting(), now=59.0)
    assert minutes.add(sighting("container.start"), now=59.0)
    assert minutes.due(now=59.5) == []
    assert minutes.due(now=61.0) == [(sighting(), 2)]
    assert minutes.due(now=130.0) == []
    assert minutes.add(sighting(), now=131.0)


def test_an_entry_says_what_and_how(endpoint: Endpoint) -> None:
    def step(batch: WriteBatch) -> None:
        record(batch, endpoint, [(sighting(), 3)])

    write_together([step])
    entry = Entry.objects.get(kind="observed")
    assert (entry.verb, entry.target_name, entry.count) == ("container.stop", "web", 3)
    assert entry.endpoint_id == endpoint.pk
    assert "event" in entry.detail


def test_the_name_of_an_image_that_a_person_imported(
    endpoint: Endpoint, cast: Any, who_of: Any
) -> None:
    """An import streams in web, without a job: its intent explains the tag until it has ended."""
    named = {"kind": "image", "name": "localhost/base:1"}
    assert foreign(endpoint, sighting("image.tag", **named))
    target = target_of(endpoint, kind="image", name="localhost/base:1")
    number = write.intent(who_of(cast.alice), "image.import", target)
    assert not foreign(endpoint, sighting("image.tag", **named))
    assert foreign(endpoint, sighting("image.tag", kind="image", name="localhost/other:1"))
    write.outcome(number, Result.OK)
    assert not foreign(endpoint, sighting("image.tag", **named))


@pytest.mark.parametrize(
    ("verb", "more", "seen", "ours"),
    [
        ("volume.prune", {"items": [{"id": "old"}]}, ("volume.remove", "old"), True),
        ("volume.prune", {"items": [{"id": "old"}]}, ("volume.remove", "data"), False),
        ("volume.clone", {"new_name": "copy"}, ("volume.create", "copy"), True),
        ("volume.clone", {"new_name": "copy"}, ("volume.create", "other"), False),
        ("volume.clone", {"new_name": "copy"}, ("volume.remove", "data"), False),
        ("volume.clone", {"new_name": "copy"}, ("container.create", A), True),
        ("volume.remove", {"force": True}, ("container.remove", A), True),
        ("secret.replace", {}, ("secret.create", "data"), True),
        ("secret.replace", {}, ("secret.create", "other"), False),
    ],
)
def test_what_prunes_clones_and_replacements_cause(
    endpoint: Endpoint, verb: str, more: dict[str, Any], seen: tuple[str, str], ours: bool
) -> None:
    kind = verb.partition(".")[0]
    job(endpoint, verb, object_kind=kind, object_id="data", object_name="data", params=more)
    told, name = seen
    one = sighting(told, podman_id="new-id" if kind == "secret" else name, name=name)
    assert foreign(endpoint, one) is not ours


def test_a_swap_explains_all_that_it_does(endpoint: Endpoint) -> None:
    swap = job(endpoint, "container.recreate")
    new = "c" * 64
    for verb in ("container.rename", "container.stop", "container.remove"):
        assert not foreign(endpoint, sighting(verb)), verb
    for verb in ("container.create", "container.start", "container.rename"):
        made = sighting(verb, podman_id=new, made_by_job=mark(swap.pk))
        assert not foreign(endpoint, made), verb
        assert foreign(endpoint, sighting(verb, podman_id=new)), verb


@pytest.mark.parametrize(
    ("verb", "seen"),
    [
        ("pod.stop", "container.stop"),
        ("pod.restart", "container.start"),
        ("pod.remove", "container.remove"),
    ],
)
def test_a_pods_job_explains_its_containers_alone(endpoint: Endpoint, verb: str, seen: str) -> None:
    pod = "d" * 64
    job(endpoint, verb, object_kind="pod", object_id=pod, object_name="tide")
    assert not foreign(endpoint, sighting(seen, pod_id=pod))
    assert foreign(endpoint, sighting(seen, pod_id="e" * 64))
    assert foreign(endpoint, sighting(seen))
    # a death tells no pod, the inventory does
    make.container(endpoint, podman_id=A, pod_id=pod)
    assert not foreign(endpoint, sighting(seen))


def test_what_a_kube_file_says_is_ours(endpoint: Endpoint) -> None:
    params = {"pods": ["tide"], "volumes": ["data"], "images": ["quay.io/a/b:1"]}
    job(endpoint, "kube.play", object_kind="pod", object_id="", object_name="tide", params=params)
    pod = "d" * 64
    ours = [
        sighting("pod.create", podman_id=pod, name="tide"),
        sighting("container.create", name="tide-front", pod_id=pod),
        sighting("network.create", podman_id=pod, name="podman-default-kube-network"),
        sighting("volume.create", podman_id="data", name="data"),
        sighting("image.pull", podman_id=pod, name="quay.io/a/b:1"),
    ]
    assert [one for one in ours if foreign(endpoint, one)] == []
    assert foreign(endpoint, sighting("container.create", name="tide-front"))
    assert foreign(endpoint, sighting("container.create", name="other-front", pod_id=pod))
    assert foreign(endpoint, sighting("volume.create", podman_id="else", name="else"))


def test_a_flood_is_one_entry_that_says_how_many_were_left_out() -> None:
    """The attack: 11,872 entries in 45 s by one host."""
    minutes = SightingCounter()
    told = sum(
        minutes.add(sighting(podman_id=f"{number:064x}"), now=number * 0.004)
        for number in range(11_872)
    )
    assert told == MOST_A_MINUTE
    assert len(minutes._open) == MOST_A_MINUTE
    assert minutes.due(now=50.0) == []
    assert minutes.anything_due(now=61.0)
    [(more, count)] = minutes.due(now=61.0)
    assert (more.verb, more.kind, count) == (MORE, "host", 11_872 - MOST_A_MINUTE)
    assert "container.stop of web" in more.how
    assert minutes.due(now=500.0) == []
    # the next minute has its own
    assert minutes.add(sighting(), now=501.0)


def test_repeats_of_many_objects_are_within_it_too() -> None:
    minutes = SightingCounter()
    for minute in range(3):
        for number in range(MOST_A_MINUTE):
            minutes.add(sighting(podman_id=f"{minute}{number:063x}"), now=minute * 60.0)
            minutes.add(sighting(podman_id=f"{minute}{number:063x}"), now=minute * 60.0 + 1)
    told = minutes.due(now=181.0)
    singles = [count for one, count in told if one.verb != MORE]
    assert len(singles) == MOST_A_MINUTE
    assert sum(count for _one, count in told) + minutes._left == 3 * MOST_A_MINUTE


def test_what_was_left_out_is_written_of_the_host(endpoint: Endpoint) -> None:
    minutes = SightingCounter()
    minutes.leave_out(sighting(), 700, now=0.0)
    write_together([lambda batch: record(batch, endpoint, minutes.due(now=60.0))])
    entry = Entry.objects.get(verb=MORE)
    assert (entry.count, entry.target_kind, entry.target_name) == (700, "host", endpoint.host.name)


def at_the_gate(endpoint: Endpoint, verb: str, params: dict[str, Any], **target: Any) -> int:
    """Somebody's own client does it there; the intent's number."""
    kind = target.pop("kind", verb.partition(".")[0])
    who = Who(name="Bob", user_id=0, door="gate")
    return write.intent(who, verb, target_of(endpoint, kind=kind, **target), params=params)


def test_a_prune_at_the_gate_explains_what_it_names(endpoint: Endpoint) -> None:
    at_the_gate(endpoint, "container.prune", {"ids": [A], "items": ["web"]}, name="web")
    assert not foreign(endpoint, sighting("container.remove"))
    assert foreign(endpoint, sighting("container.remove", podman_id="b" * 64))
    assert foreign(endpoint, sighting("container.rename"))


def test_a_container_without_a_name_is_known_by_its_mark(endpoint: Endpoint) -> None:
    number = at_the_gate(endpoint, "container.create", {"image": "busybox"}, name="busybox")
    ours, theirs = mark(number, AT_GATE), mark(number + 1, AT_GATE)
    assert not foreign(endpoint, sighting("container.create", made_by_job=ours))
    assert foreign(endpoint, sighting("container.remove", made_by_job=ours))
    for other in (theirs, mark(number), ""):
        assert foreign(endpoint, sighting("container.create", made_by_job=other))


def test_a_kube_file_at_the_gate_explains_what_is_in_it(endpoint: Endpoint) -> None:
    params = {"pods": ["shop"], "volumes": ["data"], "secrets": [], "images": [], "start": True}
    at_the_gate(endpoint, "kube.play", params, kind="pod", name="shop")
    for verb, name in (
        ("pod.create", "shop"),
        ("container.start", "shop-web"),
        ("volume.create", "data"),
        ("network.create", "podman-default-kube-network"),
    ):
        pod_id = "c" * 64 if verb.startswith("container") else ""
        assert not foreign(endpoint, sighting(verb, name=name, podman_id="d" * 64, pod_id=pod_id))
    assert foreign(endpoint, sighting("pod.create", name="bank", podman_id="d" * 64))

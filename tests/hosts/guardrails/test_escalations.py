"""Every escalation by every road: refused by the rule it concerns, the control let through."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.guardrails import from_kube, from_request, from_spec, from_storage
from hosts.guardrails.judge import judge
from hosts.guardrails.proposal import Proposal
from hosts.guardrails.verdict import Severity
from tests.hosts.guardrails import escalations as data
from tests.hosts.guardrails.escalations import RULES, Escalation
from tests.hosts.guardrails.permitted import deployment_of, document_of


def spec(give: dict[str, Any]) -> Proposal:
    return from_spec.container("container.run", {**data.SPEC, **give})


def pod(give: dict[str, Any]) -> Proposal:
    return from_spec.pod("pod.create", {**data.POD, **give})


def kube(give: dict[str, Any]) -> Proposal:
    return from_kube.kube("kube.play", [document_of(give)])


def deployment(give: dict[str, Any]) -> Proposal:
    return from_kube.kube("kube.play", [deployment_of(give)])


def claim(give: dict[str, Any]) -> Proposal:
    """A volume as a claim in a kube file."""
    options = give.get("options", {})
    keys = {"o": "mount-options"}
    notes = {f"volume.podman.io/{keys.get(k.lower(), k.lower())}": v for k, v in options.items()}
    if driver := give.get("driver"):
        notes["volume.podman.io/driver"] = driver
    labels = give.get("labels", {"team": "shop"})
    document = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "annotations": notes, "labels": labels},
        "spec": {"accessModes": ["ReadWriteOnce"]},
    }
    return from_kube.kube("kube.play", [document])


def volume(give: dict[str, Any]) -> Proposal:
    return from_storage.volume("volume.create", **{"name": "v", "labels": {"team": "shop"}, **give})


def build(give: dict[str, Any]) -> Proposal:
    query = {"t": ["localhost/x:1"], "dockerfile": "Containerfile", "rm": True}
    text = give.get("text", f"FROM {data.IMAGE} AS a\nRUN true\nFROM a\nCOPY --from=a /x /x\n")
    return from_request.build("image.build", {**query, **give.get("query", {})}, text=text)


def command(give: dict[str, Any]) -> Proposal:
    return from_request.command("container.exec", **give)


def update(give: dict[str, Any]) -> Proposal:
    return from_spec.limits("container.update", {"memory": {"limit": 2**20}, **give})


def network(give: dict[str, Any]) -> Proposal:
    body = {"name": "n", "driver": "bridge", "labels": {"team": "shop"}, "subnets": []}
    return from_request.network("network.create", {**body, **give})


Road = Callable[[dict[str, Any]], Proposal]
ROADS: list[tuple[Road, list[Escalation]]] = [
    (spec, data.SPECS),
    (pod, data.PODS),
    (kube, data.KUBES),
    (deployment, data.KUBES),
    (kube, data.READ_OTHERWISE),
    (deployment, data.READ_OTHERWISE),
    (volume, data.VOLUMES),
    (claim, data.VOLUMES),
    (build, data.BUILDS),
    (command, data.EXECS),
    (update, data.UPDATES),
    (network, data.NETWORKS),
]
TRIES = [
    pytest.param(road, one, id=f"{road.__name__}: {one.name} ({one.kind})")
    for road, tries in ROADS
    for one in tries
]


@pytest.mark.parametrize(("road", "one"), TRIES)
def test_each_is_refused_by_its_rule_alone_and_names_the_field(road: Road, one: Escalation) -> None:
    rules = [rule for rule in RULES if rule.kind == one.kind] or RULES[:1]
    verdict = judge(rules, road(one.give))
    assert verdict.worst is Severity.REFUSE, one
    said = verdict.blocking[0]
    assert said.rule in verdict.sentence()
    assert said.words
    assert said.field


@pytest.mark.parametrize("road", [road for road, _tries in ROADS], ids=lambda road: road.__name__)
def test_the_control_passes_every_rule(road: Road) -> None:
    verdict = judge(RULES, road({}))
    assert not verdict.findings, verdict.findings


def test_reading_is_let_through_where_reading_is_allowed() -> None:
    give = {
        "spec.volumes.0.hostPath": {"path": "/srv/look/x"},
        "spec.containers.0.volumeMounts": [{"name": "data", "mountPath": "/x", "readOnly": True}],
    }
    assert not judge(RULES, kube(give)).findings


def test_there_are_many() -> None:
    assert len(data.SPECS) >= 80


def test_without_rules_nothing_is_found() -> None:
    assert judge([], spec({"privileged": True, "brand_new": 1})).worst is None

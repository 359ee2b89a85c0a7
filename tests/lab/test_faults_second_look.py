"""The worker is killed between a create and the second look, and between the look and the start.
Nothing that breaks a rule runs or is left, and the job ends with words.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import Host
from tests.lab.test_faults_redis import stopped
from tests.lab.troubled import Troubled, broken_stack, events_of, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]
pytestmark = pytest.mark.timeout(300)
PLAIN, BENT = "localhost/busybox:latest", "localhost/bent/label:1"
KUBE = """\
apiVersion: v1
kind: Pod
metadata: {{name: kube}}
spec:
  containers:
  - {{name: c, image: "{image}", imagePullPolicy: Never, command: [sleep, "999"]}}
"""
# what an image brings is known once a container is made of it
BROUGHT = {"name": "no proxy", "kind": "labels", "settings": {"refuse": ["traefik.*"]}}
NEEDED = {"name": "a team", "kind": "labels", "settings": {"require": ["team=*"]}}


@pytest.fixture
def host(lab: Any, troubled: Troubled) -> Iterator[Host]:
    one = lab.hosts[0]
    source = one.podman("create", PLAIN).strip()
    one.podman("commit", "-q", "--change", "LABEL traefik.enable=true", source, BENT)
    one.podman("rm", source)
    yield one
    one.podman("pod", "rm", "-fa", "-t", "0")
    one.podman("rm", "-fa", "-t", "0")
    one.podman("rmi", "-f", "-i", BENT)
    for (rule,) in troubled.rows("SELECT id FROM hosts_guardrail"):
        troubled.ask("edit_guardrail", rule, function="remove")


def rule(troubled: Troubled, wanted: dict[str, Any]) -> None:
    troubled.ask("edit_guardrail", function="make", options=wanted)


def killed_at(
    step: str, troubled: Troubled, host: Host, image: str, shop: str
) -> tuple[list[int], list[str]]:
    """The three jobs whose worker was killed there, and the ids of the containers that they had made."""
    endpoint = troubled.register(host)
    before = set(host.podman("ps", "-aq", "--no-trunc").split())
    params = {"image": image, "pull": "never", "command": ["sleep", "999"]}
    order, worker = Path(troubled.stack.environ["HAULOUT_CRASH_AT"]), troubled.worker("long")
    with stopped(worker):
        order.write_text(f"{step} 3")
        jobs = [
            troubled.ask("run_container", endpoint, params={**params, "name": "run"}, env={}),
            troubled.ask("play_kube", endpoint, text=KUBE.format(image=image)),
            troubled.ask(
                "recreate_container",
                (endpoint, shop),
                params={**params, "name": "shop"},
                env={},
                watch_s=1,
            ),
        ]
    until(f"the worker ends at {step}", lambda: not worker.alive, timeout_s=60)
    assert not order.exists()
    # the pod has a container of its own beside
    made = set(host.podman("ps", "-aq", "--no-trunc").split()) - before
    assert len(made) == 4
    return [job["job"] for job in jobs], sorted(made)


def started(host: Host, ids: list[str]) -> dict[str, int]:
    """How often each of them has started, by the host's own log."""
    return {one: events_of(host, one, "start") for one in ids}


def state(host: Host, name: str) -> dict[str, Any]:
    (found,) = json.loads(host.podman("container", "inspect", name))
    return {"id": found["Id"], "since": found["State"]["StartedAt"], **found["State"]}


CASES = {
    "made of an image that brings too much": ("after-create", BENT, BROUGHT, None),
    "a rule that came before the look": ("after-create", PLAIN, None, NEEDED),
    "a rule that came after the look": ("after-look", PLAIN, None, NEEDED),
}


@pytest.mark.parametrize(
    "case",
    [
        name if number == 0 else pytest.param(name, marks=pytest.mark.more)
        for number, name in enumerate(CASES)
    ],
)
def test_nothing_that_breaks_a_rule_runs(case: str, troubled: Troubled, host: Host) -> None:
    step, image, rule_before, rule_after = CASES[case]
    shop = troubled.container(host, "--name", "shop", "--stop-timeout", "0", PLAIN, "sleep", "999")
    as_it_was = state(host, "shop")
    if rule_before:
        rule(troubled, rule_before)
    since = troubled.last_entry()
    jobs, made = killed_at(step, troubled, host, image, shop)
    assert set(started(host, made).values()) == {0}
    if rule_after:
        rule(troubled, rule_after)
    for job in jobs:
        row = troubled.ended(job)
        assert (row["state"], row["lost_workers"]) == ("denied", 1), row
        words = "refuses what Podman created" if rule_before else "The guardrail “a team”"
        assert words in row["error"], row
    # by the host's own account
    assert set(started(host, made).values()) == {0}
    assert host.podman("ps", "-aq", "--no-trunc").split() == [shop]
    assert host.podman("pod", "ps", "-q") == ""
    assert state(host, "shop") == as_it_was
    assert troubled.verbs(since, "outcome") == {
        (verb, "denied"): 1 for verb in ("container.run", "kube.play", "container.recreate")
    }
    alarms = troubled.verbs(since, "event").get(("guardrail.alarm", ""), 0)
    assert alarms == (3 if rule_before else 0)
    troubled.hold(host)


@pytest.mark.more
@pytest.mark.parametrize("step", ["after-create", "after-look"])
def test_what_breaks_none_is_taken_up_and_started_once(
    step: str, troubled: Troubled, host: Host
) -> None:
    shop = troubled.container(host, "--name", "shop", "--stop-timeout", "0", PLAIN, "sleep", "999")
    rule(troubled, BROUGHT)
    jobs, _made = killed_at(step, troubled, host, PLAIN, shop)
    troubled.ended_ok(*jobs)
    for name in ("run", "shop", "kube-c"):
        found = state(host, name)
        assert found["Running"]
        assert found["id"] != shop
        assert events_of(host, found["id"], "start") == 1
    assert set(host.podman("ps", "-a", "--format", "{{.Names}}").split()) >= {
        "run",
        "shop",
        "kube-c",
    }
    assert "haulout" not in host.podman("ps", "-a", "--format", "{{.Names}}")
    troubled.hold(host)

"""What the tests of the second look share: a runner of jobs on one endpoint, and a Podman that is bent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.run import create_container, run_container, run_spec
from hosts.actions.run.pasted_line import read
from hosts.models import Guardrail
from tests.lab.bent_podman import BentPodman, bent_podman
from tests.lab.hosts import Host
from tests.lab.podman_hosts import can_limit
from tests.lab.test_guardrails import RULES

IMAGE = "localhost/busybox:latest"


class Runner:
    """Asks for things on one endpoint and waits for their end."""

    def __init__(self, host: Host, endpoint: Any, person: Any, loop: Any, ended: Any) -> None:
        self.host, self.endpoint, self.person = host, endpoint, person
        self.loop, self.ended = loop, ended
        # a host whose kernel has no limits to give starts nothing that has some
        self.limits = can_limit(host)

    def end(self, job: Any) -> Any:
        self.loop.hand_over([job.pk])
        return self.ended(job, within_s=90)

    def run(self, line: str, *, create: bool = False) -> Any:
        return self.end(self.order(line, create=create))

    def order(self, line: str, *, create: bool = False) -> Any:
        limit = "-m 64m " if self.limits else ""
        if not self.limits:
            line = line.replace("--pids-limit 50 --cpus 0.5 ", "")
        text = f"podman run {limit}--label team=shop --pull never {line}"
        params = run_spec.params_of(read(text).texts())
        verb = create_container if create else run_container
        return verb.ask(self.person, self.endpoint.pk, params=params, env={})


@pytest.fixture
def runner(host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any) -> Runner:
    return Runner(host, endpoint_on(host), person, worker(), ended)


@pytest.fixture
def bend(host: Host, runner: Runner) -> Iterator[BentPodman]:
    with bent_podman(runner.endpoint, host) as made:
        yield made


@pytest.fixture
def rules(runner: Runner) -> None:
    given = {kind: one for kind, one in RULES.items() if kind != "limits" or runner.limits}
    for kind, settings in given.items():
        Guardrail.objects.create(name=f"rule of {kind}", kind=kind, settings=settings)


def alarms() -> list[Any]:
    return list(Entry.objects.filter(kind="event", verb="guardrail.alarm"))


def events(host: Host, what: str) -> list[str]:
    """The names of what Podman says has started since the host is up."""
    told = host.podman("events", "--stream=false", "--filter", "event=start", "--format", "json")
    return [one["Name"] for one in map(json.loads, told.splitlines()) if one.get("Name") == what]

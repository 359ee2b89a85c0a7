"""A guardrail that asks for a second person, on a real host: nothing before the yes, once after it."""

from dataclasses import replace
from typing import Any

import pytest

from hosts.access import Person
from hosts.actions.approvals import decide
from hosts.actions.kube import play_kube
from hosts.actions.run import run_container
from hosts.models import Guardrail
from tests.lab.hosts import Host
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox:latest"
KUBE = """\
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  hostNetwork: true
  containers:
  - {name: c, image: localhost/busybox:latest, command: ["sleep", "999"]}
"""


@pytest.fixture
def there(lab: Any, clean_hosts: None, endpoint_on: Any) -> tuple[Host, Any]:
    host = lab.hosts[0]
    Guardrail.objects.create(name="no privileges", kind="privileged", severity="ask")
    Guardrail.objects.create(name="no host network", kind="host_namespaces", severity="ask")
    return host, endpoint_on(host)


def names(host: Host) -> set[str]:
    """Of all containers, asked for inside the host."""
    return set(host.podman("ps", "-a", "--format", "{{.Names}}").split())


@pytest.mark.parametrize("road", ["run", "kube"])
def test_it_comes_to_be_once_somebody_else_says_yes(
    there: tuple[Host, Any],
    road: str,
    cast: Any,
    who_of: Any,
    person: Any,
    worker: Any,
    ended: Any,
) -> None:
    host, endpoint = there
    bob = replace(person, reason="for the reader")
    alice = Person(cast.alice, who_of(cast.alice))
    before = names(host)

    def asked() -> Any:
        if road == "kube":
            return play_kube.ask(bob, endpoint.pk, text=KUBE)
        params = {
            "image": IMAGE,
            "name": "reader",
            "privileged": True,
            "pull": "never",
            "command": ["sleep", "999"],
        }
        return run_container.ask(bob, endpoint.pk, params=params, env={"PIN": "1234"})

    loop = worker()
    refused = asked()
    loop.hand_over([refused.pk])
    refused.refresh_from_db()
    assert refused.state == "held"
    decide.refuse(alice, refused.approvals.get().pk)
    assert names(host) == before

    job = asked()
    decide.approve(alice, job.approvals.get().pk)
    # a second delivery, and a second worker
    loop.hand_over([job.pk])
    worker().hand_over([job.pk])
    ended(job, within_s=60)
    assert job.state == "ok", (job.error, job.cause)
    assert job.approvals.count() == 1
    [made] = [name for name in names(host) - before if "infra" not in name]
    assert "reader" in made
    path = ".HostConfig.Privileged" if road == "run" else ".HostConfig.NetworkMode"
    told = host.podman("inspect", "--format", f"{{{{{path}}}}}", made).strip()
    assert told in ("true", "host")

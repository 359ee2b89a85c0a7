"""The guardrails' verdict beside a form: the same words as after the click."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from hosts.models import FreezeWindow, Job
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = pytest.mark.django_db
ONLY = {"only": "verdict"}
KUBE = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostNetwork: true
  containers: [{name: c, image: quay.io/x/y:1}]
"""
# what breaks a rule of the kind, on each form
FORMS = [
    ("/pods/create/", "host_namespaces", {}, {"network": "host", "shared": ["net"], "infra": "on"}),
    ("/volumes/create/", "mounts", {}, {"options": "type=none\no=bind\ndevice=/etc"}),
    ("/networks/create/", "labels", {"require": ["team"]}, {"driver": "bridge"}),
    ("/build/", "images", {"allow": ["quay.io/ours"]}, {"text": "FROM quay.io/theirs/x:1\n"}),
    ("/build/?way=upload", "images", {"allow": ["quay.io/ours"]}, {}),
    ("/kube/", "host_namespaces", {}, {"text": KUBE}),
]


@pytest.mark.parametrize(("path", "kind", "settings", "given"), FORMS)
def test_it_says_what_the_click_would_and_does_nothing(
    cast: Cast,
    browser_of: Any,
    hosts: Hosts,
    rail: Any,
    path: str,
    kind: str,
    settings: dict[str, Any],
    given: dict[str, Any],
) -> None:
    bob, form = browser_of(cast.bob), {"endpoint": hosts.web1.pk, **given}
    calm = bob.send(path, form | ONLY)
    assert "verdict" not in calm.content.decode()
    rule = rail(kind, **settings)
    refused = bob.send(path, form | ONLY).content.decode()
    assert rule.name in refused
    assert "A guardrail refuses this." in refused
    rule.severity = "ask"
    rule.save()
    asked = bob.send(path, form | ONLY).content.decode()
    # bytes that pass through wait for nobody
    waits = "upload" not in path
    assert ("1 person can approve it." in asked) == waits
    assert ("cannot wait for one" in asked) != waits
    assert not Job.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("path", ["/pods/create/", "/volumes/create/", "/build/"])
def test_what_is_half_written_leaves_what_stands_there(
    cast: Cast, browser_of: Any, hosts: Hosts, path: str
) -> None:
    given = {"endpoint": hosts.web1.pk, "labels": "=", **ONLY}
    assert browser_of(cast.bob).send(path, given).status_code == 204


def test_a_freeze_stands_beside_them_too(cast: Cast, browser_of: Any, hosts: Hosts) -> None:
    now = timezone.now()
    FreezeWindow.objects.create(
        name="year's end",
        words="books are closed",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    given = {"endpoint": hosts.web1.pk, **ONLY}
    bob = browser_of(cast.bob).send("/volumes/create/", given).content.decode()
    assert "books are closed" in bob
    assert "It cannot be done now." in bob
    alice = browser_of(cast.alice).send("/volumes/create/", given).content.decode()
    assert "You may override the freeze: you will be asked for a reason." in alice


def test_a_terminal_says_it_before_it_opens(
    cast: Cast, browser_of: Any, hosts: Hosts, rail: Any
) -> None:
    row = hosts.add(hosts.web1, "container", "shop", state="running")
    rule = rail("users", no_root=True, severity="ask")
    page = f"/containers/{row.endpoint_id}/{row.podman_id}/terminal/"
    bob = browser_of(cast.bob)
    assert rule.name not in bob.get(page, ONLY).content.decode()
    said = bob.get(page, {**ONLY, "user": "root"}).content.decode()
    assert rule.name in said
    assert "cannot wait for one" in said

"""A kube file replaces and removes secrets, and removes volumes: by the rights to do so, and no locked
ones.
"""

from typing import Any

import pytest
from django.conf import settings

from accounts.models import Role, User
from dashboard.pages.kube.plan import plan_page
from hosts import vault
from hosts.access import Denied, Person
from hosts.actions.kube import down_kube, play_kube
from hosts.actions.kube.kube_plan import plan_of
from hosts.guardrails import GuardrailRefused
from hosts.models import ObjectLock
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts

pytestmark = pytest.mark.django_db
PLAYS = ["host.view", "container.view", "pod.view", "kube.play", "kube.down"]
FILE = """
apiVersion: v1
kind: Secret
metadata: {name: pin}
stringData: {pin: mine}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: stock}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec: {containers: [{name: front, image: docker.io/library/nginx}]}
"""


@pytest.fixture
def player(cast: Cast, who_of: Any, keys: None) -> Any:
    """`player("secret.view")`: somebody who plays kube files, and may that too."""
    vault.make_keys(settings.HAULOUT_KEYS)

    def person(*more: str) -> Person:
        role, _made = Role.objects.update_or_create(
            name="player", defaults={"verbs": [*PLAYS, *more]}
        )
        User.objects.filter(pk=cast.charlie.pk).update(role=role)
        return Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie))

    return person


def test_a_secret_is_replaced_and_removed_by_the_right_to(player: Any, hosts: Hosts) -> None:
    at = hosts.web1.pk
    play_kube.ask(player(), at, text=FILE)
    hosts.add(hosts.web1, "secret", "pin")
    with pytest.raises(Denied, match=r"secret\.replace"):
        play_kube.ask(player(), at, text=FILE)
    play_kube.ask(player("secret.replace"), at, text=FILE)
    with pytest.raises(Denied, match=r"secret\.remove"):
        down_kube.ask(player("secret.replace"), at, text=FILE)
    hosts.add(hosts.web1, "volume", "stock")
    down_kube.ask(player("secret.remove"), at, text=FILE)
    with pytest.raises(Denied, match=r"volume\.remove"):
        down_kube.ask(player("secret.remove"), at, text=FILE, volumes=True)
    down_kube.ask(player("secret.remove", "volume.remove"), at, text=FILE, volumes=True)


@pytest.mark.parametrize(("kind", "name"), [("secret", "pin"), ("container", "shop-front")])
def test_nothing_locked_is(player: Any, hosts: Hosts, kind: str, name: str) -> None:
    may = player("secret.replace", "secret.remove")
    state = {"state": "running"} if kind == "container" else {}
    row = hosts.add(hosts.web1, kind, name, **state)
    lock = {"kind": kind, "object_id": row.podman_id, "name": name, "reason": "an audit"}
    ObjectLock.objects.create(
        host=hosts.web1.host, endpoint=hosts.web1, locked_by_name="Ada", **lock
    )
    with pytest.raises(GuardrailRefused, match="locked"):
        down_kube.ask(may, hosts.web1.pk, text=FILE)
    if kind == "secret":
        with pytest.raises(GuardrailRefused, match="locked"):
            play_kube.ask(may, hosts.web1.pk, text=FILE)


def test_the_page_tells_of_none_that_one_does_not_see(player: Any, hosts: Hosts) -> None:
    def told(person: Person) -> Any:
        found = plan_page(plan_of(FILE), hosts.web1, person)
        return [str(line.words) for line in found.lines], found.pulls, found.down

    unseen = told(player())
    hosts.add(hosts.web1, "secret", "pin")
    hosts.add(hosts.web1, "volume", "stock")
    hosts.add(hosts.web1, "image", "nginx", names=["docker.io/library/nginx:latest"])
    assert told(player()) == unseen
    lines, pulls, down = told(player("secret.view", "volume.view", "image.view"))
    assert lines[:2] == ["exists, is replaced", "exists, is used unchanged"]
    assert (pulls, down) == ([], [("volume", "stock")])

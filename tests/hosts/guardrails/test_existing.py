"""What is there already, held against a rule: what the inventory knows, and of what the person sees."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from hosts.access import Person
from hosts.guardrails.existing import HOW, MOST, can_judge, existing_breakers
from hosts.guardrails.judge import Rule
from hosts.guardrails.kinds import KINDS
from hosts.models import Grant, Group
from tests.dashboard.pages.run_cast import Hosts

pytestmark = pytest.mark.django_db


def port(number: int, *, address: str = "", count: int = 1) -> dict[str, Any]:
    return {
        "host_ip": address,
        "host_port": number,
        "container_port": 80,
        "range": count,
        "protocol": "tcp",
    }


def broken(person: Any, rule: Rule, groups: Any = None) -> dict[str, tuple[int, list[str]]]:
    """By sort of object: how many are known, names of those that break it."""
    return {
        one.type.value: (one.checked, [row.name for row in one.shown])
        for one in existing_breakers(person, rule, groups)
        if one.checked
    }


def test_every_kind_that_is_judged_says_how(hosts: Hosts) -> None:
    assert set(HOW) == {kind for kind in KINDS if can_judge(kind)}
    for kind in ("privileged", "capabilities", "devices", "security_options", "limits", "users"):
        assert not can_judge(kind)


def test_images_by_their_names(hosts: Hosts, alice: Any) -> None:
    for name, image in (
        ("good", "registry.example.org/team/x:1"),
        ("bad", "docker.io/library/nginx:latest"),
        ("nameless", "3f8a4339aadd"),
    ):
        hosts.add(hosts.web1, "container", name, image=image)
    hosts.add(hosts.web1, "container", "abc-infra", image="localhost/pause:5", is_infra=True)
    rule = Rule("r", "images", {"allow": ["registry.example.org"]})
    assert broken(alice, rule) == {"container": (3, ["bad", "nameless"])}
    [found] = existing_breakers(alice, rule, None)
    assert "docker.io/library/nginx:latest" in found.shown[0].breaks


def test_ports_that_are_published_a_pods_once(hosts: Hosts, alice: Any) -> None:
    hosts.add(hosts.web1, "container", "fine", ports=[port(8080, address="127.0.0.1")])
    hosts.add(hosts.web1, "container", "open", ports=[port(8080)])
    hosts.add(hosts.web1, "container", "low", ports=[port(79, address="127.0.0.1", count=3)])
    hosts.add(hosts.web1, "container", "inner", ports=[])
    pod = {"pod_id": "p" * 64, "pod_name": "shop", "ports": [port(22, address="127.0.0.1")]}
    hosts.add(hosts.web1, "container", "shop-infra", is_infra=True, **pod)
    hosts.add(hosts.web1, "container", "front", **pod)
    rule = Rule("r", "ports", {"allow": ["8000-8999"], "addresses": ["127.0.0.1"]})
    assert broken(alice, rule) == {"container": (5, ["low", "open", "shop-infra"])}


def test_labels_of_all_that_carries_some(hosts: Hosts, alice: Any) -> None:
    for kind in ("container", "pod", "volume", "network"):
        hosts.add(hosts.web1, kind, "with", labels={"team": "shop"})
        hosts.add(hosts.web1, kind, "without", labels={"other": "x"})
    rule = Rule("r", "labels", {"require": ["team=*"]})
    assert broken(alice, rule) == dict.fromkeys(
        ("container", "pod", "volume", "network"), (2, ["without"])
    )


def test_volumes_that_mount_the_host_and_networks_that_are_it(hosts: Hosts, alice: Any) -> None:
    hosts.add(hosts.web1, "volume", "own", driver="local")
    bound = {"type": "none", "device": "/etc", "o": "bind"}
    hosts.add(hosts.web1, "volume", "etc", driver="local", options=bound)
    hosts.add(hosts.web1, "volume", "plug", driver="rclone")
    assert broken(alice, Rule("r", "mounts", {"allow": ["/srv"]})) == {
        "volume": (3, ["etc", "plug"])
    }
    assert broken(alice, Rule("r", "mounts", {"allow": ["/etc"], "drivers": ["rclone"]})) == {
        "volume": (3, [])
    }
    hosts.add(hosts.web1, "network", "bridged", driver="bridge", interface="podman1")
    hosts.add(hosts.web1, "network", "lan", driver="macvlan", interface="eth0")
    assert broken(alice, Rule("r", "host_namespaces")) == {"network": (2, ["lan"])}


def test_where_the_rule_counts_and_what_is_there(hosts: Hosts, alice: Any) -> None:
    hosts.add(hosts.web1, "container", "one", image="docker.io/x/y:1")
    hosts.add(hosts.web2, "container", "two", image="docker.io/x/y:1")
    hosts.add(hosts.web1, "container", "gone", image="docker.io/x/y:1", gone=timezone.now())
    edge, empty = Group.objects.create(name="edge"), Group.objects.create(name="empty")
    hosts.web2.host.groups.add(edge)
    rule = Rule("r", "images", {"refuse": ["docker.io"]})
    assert broken(alice, rule) == {"container": (2, ["one", "two"])}
    assert broken(alice, rule, [edge]) == {"container": (1, ["two"])}
    assert broken(alice, rule, [edge, Group.objects.get(name="prod")]) == {
        "container": (2, ["one", "two"])
    }
    assert broken(alice, rule, [empty]) == {}
    hosts.web1.enabled = False
    hosts.web1.save()
    later = Person(User.objects.get(pk=alice.user.pk), alice.who)
    assert broken(later, rule) == {"container": (1, ["two"])}


def test_what_one_may_not_see_is_not_counted(hosts: Hosts, cast: Any, who_of: Any) -> None:
    shop = {"labels": {"app": "shop"}, "image": "docker.io/x/y:1"}
    hosts.add(hosts.web1, "container", "shop-1", **shop)
    hosts.add(hosts.web1, "container", "other", image="docker.io/x/y:1")
    hosts.add(hosts.web2, "container", "shop-2", **shop)
    role = Role.objects.get(name="viewer")
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    Grant.objects.create(
        user=cast.charlie, role=role, endpoint=hosts.web1, label="app=shop", made_by="Alice"
    )
    charlie = Person(cast.charlie, who_of(cast.charlie))
    rule = Rule("r", "images", {"refuse": ["docker.io"]})
    assert broken(charlie, rule) == {"container": (1, ["shop-1"])}


def test_the_first_are_named_and_all_are_counted(hosts: Hosts, alice: Any) -> None:
    for number in range(MOST + 5):
        hosts.add(hosts.web1, "container", f"c{number:02}", image="docker.io/x/y:1")
    [found] = existing_breakers(alice, Rule("r", "images", {"refuse": ["docker.io"]}), None)
    assert (found.breaking, len(found.shown), found.rest) == (MOST + 5, MOST, 5)
    assert found.shown[0].name == "c00"

"""What the running Podman's inspect cannot prove of a rule is named with that rule, and nothing else is."""

from typing import Any

import pytest

from hosts.guardrails.inspect_gaps import inspect_gaps
from hosts.models import Group

pytestmark = pytest.mark.django_db
KEPT = {"mounts", "devices", "security_options"}


@pytest.mark.parametrize(
    ("version", "also"),
    [
        ("4.3.1", {"host_namespaces", "capabilities"}),
        ("5.4.2", set()),
        ("6.1.1", set()),
        ("", set()),
    ],
)
def test_each_rule_that_inspect_cannot_prove_is_named_once(
    version: str, also: set[str], hosts: Any, rail: Any
) -> None:
    hosts.web1.podman_version = version
    every = ("privileged", "host_namespaces", "capabilities", "mounts", "devices", "ports")
    names = {kind: rail(kind).name for kind in (*every, "security_options")}
    rail("mounts")
    elsewhere = Group.objects.create(name="elsewhere")
    elsewhere.hosts.add(hosts.web2.host)
    rail("devices", elsewhere)
    lines = inspect_gaps(hosts.web1)
    assert len(lines) == len(KEPT | also)
    for kind in KEPT | also:
        assert sum(f"“{names[kind]}”" in line for line in lines) == 1, (kind, lines)
    assert all("checked only the request" in line for line in lines)


def test_where_no_rule_applies_nothing_is_said(hosts: Any) -> None:
    hosts.web1.podman_version = "4.3.1"
    assert inspect_gaps(hosts.web1) == []

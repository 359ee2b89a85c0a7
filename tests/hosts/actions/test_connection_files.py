"""Files of connections are read into a plan; hostile ones end with a clear error, and soon."""

import json
import time
from typing import Any

import pytest

from hosts.actions.hosts.connection_files import LIMIT_BYTES, MOST, LeftOut, PlannedHost, read
from hosts.actions.hosts.host_address import HostAddress
from hosts.refusals import FieldRefusal

SOCKET = "/run/user/1000/podman/podman.sock"
# as Podman 5.4 writes it
PODMAN = {
    "Connection": {
        "Default": "web1",
        "Connections": {
            "web1": {
                "URI": f"ssh://core@10.0.0.5:2222{SOCKET}",
                "Identity": "/home/a/.ssh/id_ed25519",
            },
            "web2": {"URI": "ssh://web2.example.org"},
            "mine": {"URI": "ssh://core@127.0.0.1:38143/run/podman.sock", "IsMachine": True},
        },
    },
    "Farm": {"Default": "f1", "List": {"f1": ["web1", "web2"], "the edge": ["web2", "mine"]}},
}
CONF = f"""
# as containers.conf(5) has it
[engine]
active_service = "web1"
[engine.service_destinations.web1]
uri = "ssh://core@10.0.0.5:2222{SOCKET}"
identity = "/home/a/.ssh/id_ed25519"
[engine.service_destinations."web2"]
uri = "ssh://web2.example.org"
[engine.service_destinations.mine]
uri = "ssh://core@127.0.0.1:38143/run/podman.sock"
is_machine = true
[farms]
default = "f1"
[farms.list]
f1 = ["web1", "web2"]
"the edge" = ["web2", "mine"]
"""
HOSTS = [
    PlannedHost(
        "web1",
        HostAddress("10.0.0.5", 2222, "core", SOCKET),
        groups=("f1",),
        identity="/home/a/.ssh/id_ed25519",
    ),
    PlannedHost("web2", HostAddress("web2.example.org"), groups=("f1", "the-edge")),
]


@pytest.mark.parametrize(
    "content", [json.dumps(PODMAN), json.dumps(PODMAN, indent=1).encode(), CONF, "\ufeff" + CONF]
)
def test_podman_s_files_are_a_plan(content: str | bytes) -> None:
    plan = read(content)
    assert plan.hosts == HOSTS
    assert plan.left_out == [LeftOut("mine", "It is a Podman machine on somebody’s own computer.")]
    assert [one.uri for one in plan.hosts] == [
        f"ssh://core@10.0.0.5:2222{SOCKET}",
        "ssh://root@web2.example.org",
    ]


def context(name: str, host: str, **more: Any) -> dict[str, Any]:
    docker = {"Host": host, "SkipTLSVerify": False}
    return {"Name": name, "Metadata": {}, "Endpoints": {"docker": docker}, **more}


def test_docker_s_contexts_are_a_plan() -> None:
    web1 = context("web1", "ssh://deploy@web1:22/run/podman/podman.sock")
    there = PlannedHost("web1", HostAddress("web1", 22, "deploy", "/run/podman/podman.sock"))
    assert read(json.dumps(web1)).hosts == [there]
    # as `docker context inspect` prints them
    both = [context("default", "unix:///var/run/docker.sock", Storage={}), web1]
    plan = read(json.dumps(both))
    assert plan.hosts == [there]
    assert [one.connection for one in plan.left_out] == ["default"]
    assert "This machine" in plan.left_out[0].why


def one(uri: Any, **more: Any) -> str:
    """A file with a connection."""
    return json.dumps({"Connection": {"Connections": {"web1": {"URI": uri, **more}}}})


@pytest.mark.parametrize(
    "secret", ["hunter2", "a:b", "a@b", "a#b", "a?b", "p%40ss", "a b", "[x", "1:2@3:4"]
)
def test_passwords_are_dropped_and_it_is_said(secret: str) -> None:
    plan = read(one(f"ssh://root:{secret}@web1:22/run/p.sock"))
    [host] = plan.hosts
    assert host.password
    assert host.where == HostAddress("web1", 22, "root", "/run/p.sock")
    assert secret not in repr(plan)


@pytest.mark.parametrize(
    "uri",
    ["ssh://root:hun/ter2@web1/run/p.sock", "ssh://root:a://hunter2@web1", "root:hun/ter2@web1"],
)
def test_what_may_hold_a_password_is_not_quoted(uri: str) -> None:
    plan = read(one(uri))
    assert plan.hosts == []
    [left] = plan.left_out
    assert "hun" not in left.why
    assert "an @ after the host" in left.why


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("tcp://10.0.0.5:2375", "no authentication"),
        ("unix:///run/podman/podman.sock", "This machine"),
        ("npipe:////./pipe/docker", "does not support npipe://"),
        ("ssh://web1:99999", "cannot be read"),
        ("ssh://-oProxyCommand=id/run/p.sock", "not a host name"),
        ("ssh://web1/" + "a" * 200, "107 bytes"),
        ("ssh://web1/" + "a" * 500, "too long"),
        ("ssh://web1\n", "control characters"),
        ("ssh://\ud800", "control characters"),
        ("", "no address"),
        (7, "no address"),
        (None, "no address"),
        (["ssh://web1"], "no address"),
    ],
)
def test_a_connection_that_leads_nowhere_is_left_out_with_the_reason(uri: Any, words: str) -> None:
    plan = read(one(uri))
    assert plan.hosts == []
    assert words in plan.left_out[0].why


def test_names_and_keys_are_shown_without_what_does_something() -> None:
    [host] = read(one("ssh://web1", Identity="/a\x1b[2J\u202e")).hosts
    assert host.identity == "/a[2J"
    [host] = read(one("ssh://web1", Identity={"a": 1})).hosts
    assert host.identity == ""


DEEP = 100_000
HOSTILE = [
    ("", "Paste connections"),
    (b"\xef\xbb\xbf \n", "Paste connections"),
    (b"PK\x03\x04\xff\xfe", "no text file"),
    ("a" * (LIMIT_BYTES + 1), "larger than 512 KiB"),
    (b"\xff" * (LIMIT_BYTES + 1), "larger than 512 KiB"),
    ("[" * DEEP, "none of podman-connections.json"),
    ('[{"a":' * (DEEP // 2), "nested too deep"),
    ('{"a":' * DEEP, "nested too deep"),
    ("x = " + "[" * DEEP, "nested too deep"),
    ("x = " + "{a=" * DEEP, "nested too deep"),
    ("a." * DEEP + "a = 1", "nested too deep"),
    ("[" + '"a" . ' * 50_000 + "a]", "nested too deep"),
    # what looks like a comment, and is a key
    ('x = {a = """\n# """, ' + "a." * DEEP + "a = 1}", "Line 2 has more than 64 dots"),
    ('a = "' + '\\"' * 250_000, "none of podman-connections.json"),
    (("[" + ".".join("a" * 64) + "]\na = 1\n") * 3500, "none of podman-connections.json"),
    ("{", "not valid JSON: line 1, column 2"),
    ("{'a': 1}", "not valid JSON"),
    ('{"a": 1, "a": 2}', "“a” appears twice"),
    ('{"\ud800": 1, "\ud800": 2}', "appears twice"),
    ("{" + "".join(f'"{n}":1,' for n in range(50_000)) + '"x":1,"x":2}', "“x” appears twice"),
    ('{"a": ' + "9" * 5000 + "}", "cannot be read"),
    ("a = " + "9" * 5000, "cannot be read"),
    ("Connection:\n  Default: web1\n", "none of podman-connections.json"),
    ("address,port\nweb1,22\n", "none of podman-connections.json"),
    ("a = 1\na = 2\n", "none of podman-connections.json"),
    ("{}", "no connections"),
    ("[]", "no connections"),
    ("a = 1", "no connections"),
    ('{"Connection": []}', "another type"),
    ('{"Connection": {"Connections": ["ssh://web1"]}}', "another type"),
    ('{"Connection": {"Connections": {"a": "ssh://web1"}}}', "“Connections.a” is of another type"),
    ('[{"Endpoints": {}}, 7]', "another type"),
    ('{"Endpoints": {"docker": "ssh://web1"}}', "another type"),
    ("engine = 1", "another type"),
    ("[engine]\nservice_destinations = [1]", "another type"),
    ('[engine.service_destinations.a]\nuri="ssh://a"\n[farms.list]\nf="a"', "farm “f”"),
    (
        json.dumps({"Connection": {}, "Farm": {"List": {f"f{n}": [] for n in range(MOST + 1)}}}),
        "more than 1000 farms",
    ),
    (
        json.dumps({"Connection": {"Connections": {f"a{n}": {} for n in range(MOST + 1)}}}),
        "more than 1000 connections",
    ),
]


@pytest.mark.parametrize(("content", "words"), HOSTILE)
def test_a_hostile_file_ends_with_a_clear_error(content: str | bytes, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(FieldRefusal) as refused:
        read(content)
    assert words in str(refused.value)
    assert refused.value.field == "connections"
    assert time.monotonic() - began < 5
    # said in a page
    str(refused.value).encode()


def test_a_farm_of_everything_costs_no_square() -> None:
    names = [f"a{n}" for n in range(MOST)]
    file = {
        "Connection": {"Connections": {name: {"URI": "ssh://web1"} for name in names}},
        "Farm": {"List": {f"f{n}": names for n in range(40)}},
    }
    began = time.monotonic()
    plan = read(json.dumps(file))
    assert time.monotonic() - began < 5
    assert {len(one.groups) for one in plan.hosts} == {40}

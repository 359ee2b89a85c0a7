"""Real run lines: what Haulout makes of them is what `podman create` makes of them itself."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hosts.actions.run.pasted_line import read
from hosts.actions.run.run_spec import build, params_of
from hosts.podman import containers
from tests.lab.hosts import Host, Lab
from tests.lab.podman_hosts import client

IMAGE = "localhost/busybox:latest"
LINES = {
    one["name"]: one
    for one in json.loads(
        (Path(__file__).parents[1] / "hosts/actions/data/run_lines.json").read_text()
    )
    if "problems" not in one and not one.get("left_out")
}
# another path on the lab's hosts, where the line names one that only its own host has
PATHS = {"-v": "/usr/share", "--volume": "/usr/share", "--device": "/dev/null"}
# differ by themselves, or say who made it
OWN = ("Id", "Created", "GraphDriver", "lockNumber", "MountLabel", "ProcessLabel")
OWN_CONFIG = ("CreateCommand", "Labels")
# a GPU's name is the toolkit's of the host, which the lab has not
NOT_HERE = {"ollama"}
# those with most in them; the others run with --all
ALWAYS = {
    *("node-exporter", "cadvisor", "frigate", "elasticsearch", "wireguard", "netdata", "secrets"),
    *("cloudflared", "health", "systemd", "limits", "static-address", "toolbox", "consul"),
}
EACH = [
    pytest.param(name, marks=() if name in ALWAYS else pytest.mark.more)
    for name in sorted(LINES.keys() - NOT_HERE)
]


def here(line: str, image: str) -> list[str]:
    """The words of the line after `run`, with paths and image that the lab's hosts have."""
    words = shlex.split(re.sub(r"`#[^`]*`", "", line.replace("\\\n", " ")))
    words = words[words.index("run") + 1 :]
    found: list[str] = []
    for word in words:
        flag, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
        before = flag or (found[-1] if found else "")
        if before in PATHS and value.startswith("/") and (equals or not flag):
            head, colon, rest = value.partition(":")
            value = f"{PATHS[before]}{colon}{rest}" if colon or before == "--device" else head
            word = f"{flag}={value}" if flag else value
        if before == "--mount":
            word = re.sub(r"source=/[^,]*", "source=/usr/share", word)
        found.append(IMAGE if word == image else word)
    return found


def told(host: Host, container: str, line: str) -> dict[str, Any]:
    """Inspect, without what is one's own: ids, times, the label of the job."""
    (found,) = json.loads(host.podman("inspect", container))
    text = json.dumps(found).replace(found["Id"], "ID").replace(found["Id"][:12], "ID")
    text = re.sub(
        r'"[0-9a-f]{64}', '"VOLUME', re.sub(r"volumes/[0-9a-f]{64}", "volumes/VOLUME", text)
    )
    plain: dict[str, Any] = json.loads(text)
    for name in OWN:
        plain.pop(name, None)
    labels = {k: v for k, v in (plain["Config"]["Labels"] or {}).items() if "haulout" not in k}
    for name in OWN_CONFIG:
        plain["Config"].pop(name, None)
    parts = [bind.rpartition(":") for bind in plain["HostConfig"]["Binds"]]
    plain["HostConfig"]["Binds"] = sorted([place, *sorted(o.split(","))] for place, _, o in parts)
    plain["Mounts"] = sorted(plain["Mounts"], key=str)
    for bindings in (plain["HostConfig"]["PortBindings"], plain["NetworkSettings"]["Ports"]):
        for places in bindings.values():
            for place in places or []:
                # Podman's line means every address, its spec leaves it empty: the same
                place["HostIp"] = place["HostIp"] or "0.0.0.0"
                if place["HostPort"] not in line:
                    place["HostPort"] = "chosen by Podman"
    # the command writes its default out
    plain["Config"].setdefault("sdNotifyMode", "container")
    plain["Config"]["Env"] = sorted(plain["Config"]["Env"])
    for tmpfs in plain["HostConfig"]["Tmpfs"]:
        options = plain["HostConfig"]["Tmpfs"][tmpfs].split(",")
        # writable is what it is without a word too
        plain["HostConfig"]["Tmpfs"][tmpfs] = sorted(o for o in options if o != "rw")
    return plain | {"labels": labels}


def differences(ours: Any, theirs: Any, place: str = "") -> dict[str, tuple[Any, Any]]:
    """Path in the inspect to both values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found: dict[str, tuple[Any, Any]] = {}
        for key in ours.keys() | theirs.keys():
            found |= differences(ours.get(key), theirs.get(key), f"{place}.{key}")
        return found
    return {} if ours == theirs else {place: (ours, theirs)}


@pytest.fixture(scope="module")
def furnished(lab: Lab) -> Iterator[Host]:
    """h1 with the networks, secrets and volumes that the lines name."""
    host = lab.hosts[0]
    networks = {
        "some-network": [],
        "elastic": [],
        "back": ["--subnet", "192.168.118.0/24"],
        "front": ["--subnet", "192.168.117.0/24"],
        "jenkins": [],
    }
    for name, options in networks.items():
        host.podman("network", "create", *options, name)
    for name in ("db_password", "tls_key"):
        host.podman("secret", "create", name, "/etc/hostname")
    yield host
    host.podman("rm", "-fa", "-t", "0")
    host.podman("network", "rm", *networks)
    host.podman("secret", "rm", "db_password", "tls_key")
    host.podman("volume", "rm", "-af")


@pytest.mark.parametrize("name", EACH)
async def test_podman_makes_the_same_of_it(furnished: Host, name: str) -> None:
    line = LINES[name]["line"]
    words = here(line, read(line).fields["image"])
    if IMAGE not in words:
        # docker's short name
        short = read(line).fields["image"].removeprefix("docker.io/").removeprefix("library/")
        words = [IMAGE if word == short else word for word in words]
    assert IMAGE in words, words
    ours_words = ["podman", "run", *words]
    image_at = words.index(IMAGE)
    plain = [
        re.sub(r"^-([a-z]*)d([a-z]*)$", r"-\1\2", word)
        for word in words[:image_at]
        if not word.startswith(("-d=", "--detach", "--sig-proxy", "--link")) and word != "-d"
    ]
    plain = [word for word in plain if word != "some-mysql:mysql"]
    theirs_id = furnished.podman("create", *plain, *words[image_at:]).strip().split("\n")[-1]
    theirs = told(furnished, theirs_id, line)
    furnished.podman("rm", "-f", "-t", "0", theirs_id)

    parsed = read(shlex.join(ours_words))
    env = dict(pair.split("=", 1) for pair in parsed.many["environment"])
    spec = build(params_of(parsed.texts()), env, job_id=1)
    async with client(furnished) as podman:
        made, _warnings = await containers.create(podman, spec)
    ours = told(furnished, made, line)
    furnished.podman("rm", "-f", "-t", "0", made)
    if "--name" not in line:
        ours["Name"] = theirs["Name"] = ""
    assert differences(ours, theirs) == {}

"""From parameters to Podman's spec and to the line that does the same."""

import shlex
from typing import Any

import pytest

from hosts import sizes
from hosts.actions.run import run_fields
from hosts.actions.run.run_spec import build, run_line
from hosts.inventory.job_marks import mark

IMAGE = "quay.io/x:1"


def noted(userns: str) -> dict[str, Any]:
    """As podman run notes the user namespace that was asked for."""
    return {"annotations": {"io.podman.annotations.userns": userns}}


GIB = 1024**3


@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"command": ["sh", "-c", "x"]}, {"command": ["sh", "-c", "x"]}),
        (
            {"restart": "on-failure", "restart_tries": 3},
            {"restart_policy": "on-failure", "restart_tries": 3},
        ),
        ({"restart": "always"}, {"restart_policy": "always"}),
        ({"memory_bytes": GIB}, {"resource_limits": {"memory": {"limit": GIB, "swap": 2 * GIB}}}),
        ({"cpus": 0.5}, {"resource_limits": {"cpu": {"quota": 50_000, "period": 100_000}}}),
        ({"pids": -1}, {"resource_limits": {"pids": {"limit": -1}}}),
        (
            {"userns": "keep-id:uid=1"},
            {"userns": {"nsmode": "keep-id", "value": "uid=1"}} | noted("keep-id:uid=1"),
        ),
        ({"userns": "auto"}, {"userns": {"nsmode": "auto"}} | noted("auto")),
        ({"network": "host"}, {"netns": {"nsmode": "host"}}),
        ({"network": "back"}, {"netns": {"nsmode": "bridge"}, "Networks": {"back": {}}}),
        ({"pod": "shop"}, {"pod": "shop"}),
        (
            {"tty": True, "interactive": True, "remove": True},
            {"terminal": True, "stdin": True, "remove": True},
        ),
    ],
)
def test_each_field_and_nothing_else(params: dict[str, Any], part: dict[str, Any]) -> None:
    bare = {"image": IMAGE, "raw_image_name": IMAGE, "labels": {"io.haulout.job": mark(7)}}
    assert build({"image": IMAGE} | params, {}, job_id=7) == bare | part


def test_ports_and_mounts() -> None:
    params = {
        "image": IMAGE,
        "ports": [run_fields.port("127.0.0.1:8000-8001:80-81/udp"), run_fields.port("99")],
        "volumes": [run_fields.volume(text) for text in ("/a:/b:ro,Z", "db:/c:U", "/d")],
    }
    spec = build(params, {"KEY": "value"}, job_id=1)
    assert spec["portmappings"] == [
        {
            "host_ip": "127.0.0.1",
            "host_port": 8000,
            "container_port": 80,
            "range": 2,
            "protocol": "udp",
        },
        {"container_port": 99, "range": 1, "protocol": "tcp"},
    ]
    assert spec["mounts"] == [
        {"type": "bind", "source": "/a", "destination": "/b", "options": ["ro", "Z", "rbind"]}
    ]
    assert spec["volumes"] == [
        {"Name": "db", "Dest": "/c", "Options": ["U"]},
        {"Name": "", "Dest": "/d", "Options": [], "IsAnonymous": True},
    ]
    assert spec["env"] == {"KEY": "value"}


def test_the_jobs_label_cannot_be_overwritten() -> None:
    params = {"image": IMAGE, "labels": {"io.haulout.job": "666", "a": "b"}}
    assert build(params, {}, job_id=7)["labels"] == {"io.haulout.job": mark(7), "a": "b"}


def test_the_line() -> None:
    params = {
        "image": IMAGE,
        "name": "shop",
        "command": ["sh", "-c", "echo $HOME; date"],
        "ports": [run_fields.port("[::1]:8080:80")],
        "volumes": [run_fields.volume("my-db:/data:Z")],
        "restart": "on-failure",
        "restart_tries": 2,
        "memory_bytes": GIB,
        "cpus": 1.5,
        "pids": 9,
        "network": "back",
        "userns": "auto",
        "pod": "p",
        "labels": {"a": "b c"},
        "pull": "always",
        "tty": True,
    }
    assert run_line(params, ["SECRET"]) == (
        "podman run -d --name shop -e SECRET --restart on-failure:2 -p '[::1]:8080:80' "
        "--network back --pod p -v my-db:/data:Z --label 'a=b c' --pull always -t --memory 1g "
        "--cpus 1.5 --pids-limit 9 --userns auto quay.io/x:1 sh -c 'echo $HOME; date'"
    )


def test_hostile_words_stay_one_word_of_the_line() -> None:
    params = {"image": IMAGE, "name": "$(reboot)", "command": ["`x`", "a;b"], "labels": {"q'": '"'}}
    words = shlex.split(run_line(params, []))
    assert words[words.index("--name") + 1] == "$(reboot)"
    assert words[-2:] == ["`x`", "a;b"]
    assert "q'=\"" in words


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [(0, "0"), (GIB, "1g"), (512 * 1024**2, "512m"), (6 * 1024**2 + 1, "6291457")],
)
def test_sizes_read_back(size_bytes: int, words: str) -> None:
    assert sizes.words(size_bytes) == words
    if size_bytes:
        assert run_fields.memory(words) == size_bytes

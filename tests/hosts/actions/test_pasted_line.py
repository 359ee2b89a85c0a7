"""A pasted podman run line: its flags become fields, what has no field is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.actions.run import run_fields
from hosts.actions.run.pasted_line import read
from hosts.actions.run.run_spec import params_of, run_line
from hosts.refusals import Refusal


def test_all_ways_to_write_flags() -> None:
    line = read(
        "sudo docker run -dit --name=web -e A=1 --env 'B=x y' -p8080:80 --publish 53:53/udp \\\n"
        "  -v db:/data:Z -m 512m --cpus=.5 --restart on-failure:3 --net back --rm -l a=b \\\r\n"
        "  --userns keep-id nginx:1 sh -c 'echo \"-p\" hi'"
    )
    assert line.fields == {
        "tty": "on",
        "interactive": "on",
        "remove": "on",
        "name": "web",
        "memory": "512m",
        "cpus": ".5",
        "restart": "on-failure",
        "tries": "3",
        "network": "back",
        "userns": "keep-id",
        "image": "docker.io/library/nginx:1",
        "command": "sh -c 'echo \"-p\" hi'",
    }
    assert line.many["environment"] == ["A=1", "B=x y"]
    assert line.many["ports"] == ["8080:80", "53:53/udp"]
    assert (line.many["volumes"], line.many["labels"]) == (["db:/data:Z"], ["a=b"])
    assert line.left_out == []


def test_what_has_no_field_is_named_without_its_value() -> None:
    line = read("podman run --shiny hunter2 --env-file=.env --cap-add=SYS_ADMIN -w /x img cmd")
    assert line.left_out == ["--shiny"]
    assert [sentence.partition(":")[0] for sentence in line.reasons] == ["--env-file"]
    assert line.texts() == {
        "image": "img",
        "command": "cmd",
        "cap_add": "SYS_ADMIN",
        "workdir": "/x",
    }


@pytest.mark.parametrize(
    "flags",
    ["--env-host", "--http-proxy", "--preserve-fds 3", "--group-add keep-groups", "--latest"],
)
def test_what_cannot_work_from_afar_is_named_with_its_reason(flags: str) -> None:
    line = read(f"podman run {flags} img cmd")
    (reason,) = line.reasons
    assert reason.startswith(flags.split()[0] + ": ")
    assert (line.left_out, line.texts()) == ([], {"image": "img", "command": "cmd"})


def test_what_only_a_shell_can_work_out_is_named() -> None:
    line = read("docker run -u $(id -u):$(id -g) -v \"$PWD/a b\":/x -e 'A=$B' -e C img && ls")
    assert line.fields["user"] == "$(id -u):$(id -g)"
    assert line.many["volumes"] == ["$PWD/a b:/x"]
    notes = " ".join(line.notes)
    assert "$(id -u), $(id -g), $PWD" in notes
    assert "$B" not in notes
    assert "value of C" in notes
    assert "&&" in notes
    assert "command" not in line.fields


@pytest.mark.parametrize(
    "text",
    ["", "podman", "podman ps", "run x", "podman run", "podman run -d", "podman run 'x", "ls"],
)
def test_no_line(text: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        read(text)


def test_our_own_line_reads_back() -> None:
    params = {
        "image": "quay.io/x:1",
        "command": ["sh", "-c", "a  b"],
        "ports": [run_fields.port("127.0.0.1:8000-8002:80-82/udp")],
        "volumes": [run_fields.volume("/a:/b:ro")],
        "restart": "on-failure",
        "restart_tries": 2,
        "memory_bytes": 512 * 1024**2,
        "labels": {"a": "b c"},
        "tty": True,
    }
    assert params_of(read(run_line(params, [])).texts()) == params


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        line = read(f"podman run {text}")
    except Refusal:
        return
    assert "image" in line.fields

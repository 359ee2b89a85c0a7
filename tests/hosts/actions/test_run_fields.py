"""The fields of podman run: what is taken, what is refused, and that nothing else ever happens."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.actions.run import run_fields
from hosts.actions.run.run_ports import port_words
from hosts.refusals import Refusal

MIB = 1024 * 1024


def port(host: int, inner: int, *, ip: str = "", count: int = 1, protocol: str = "tcp") -> Any:
    return {
        "host_ip": ip,
        "host_port": host,
        "container_port": inner,
        "range": count,
        "protocol": protocol,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80", port(0, 80)),
        ("8080:80", port(8080, 80)),
        ("8080:80/UDP", port(8080, 80, protocol="udp")),
        ("127.0.0.1:8080:80", port(8080, 80, ip="127.0.0.1")),
        ("127.0.0.1::80", port(0, 80, ip="127.0.0.1")),
        ("[::1]:8080:80/sctp", port(8080, 80, ip="::1", protocol="sctp")),
        ("8000-8005:9000-9005", port(8000, 9000, count=6)),
        ("65535:65535", port(65535, 65535)),
    ],
)
def test_ports(text: str, value: dict[str, Any]) -> None:
    assert run_fields.port(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "0",
        "65536",
        "8080:0",
        "1:2:3:4",
        "300.1.1.1:80:80",
        "80/http",
        "1-5:1-4",
        "5-1",
        "-1",
        "80:-90",
        "80:",
        ":80:",
        "８０",
        "1e3",
        "8080:80/",
        "[::1:80:80",
        "host:80:80",
    ],
)
def test_ports_that_are_none(text: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        run_fields.port(text)


@given(
    st.sampled_from(["", "127.0.0.1", "::1", "0.0.0.0"]),
    st.integers(0, 65000),
    st.integers(1, 65000),
    st.integers(1, 500),
    st.sampled_from(["tcp", "udp", "sctp"]),
)
def test_a_port_written_and_read_again_is_the_same(
    ip: str, host: int, inner: int, count: int, protocol: str
) -> None:
    value = port(host, inner, ip=ip, count=count, protocol=protocol)
    assert run_fields.port(port_words(value)) == value


@pytest.mark.parametrize(
    ("text", "kind", "source", "options"),
    [
        ("/srv/x:/data", "bind", "/srv/x", []),
        ("shop-db:/data:Z,U", "volume", "shop-db", ["Z", "U"]),
        ("/data", "volume", "", []),
        ("/a:/data:ro,z", "bind", "/a", ["ro", "z"]),
        ("/a:/data:idmap=uids=0-1-10", "bind", "/a", ["idmap=uids=0-1-10"]),
    ],
)
def test_mounts(text: str, kind: str, source: str, options: list[str]) -> None:
    wanted = {"kind": kind, "source": source, "target": "/data", "options": options}
    assert run_fields.volume(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "data",
        "/a:data",
        "./a:/data",
        "/a:/b:loud",
        "/a:/b:z,Z",
        "/a:/b:ro:x",
        "a b:/x",
        "/a:/",
        ":/data:ro",
        "-x:/data",
        "~/x:/data",
    ],
)
def test_mounts_that_are_none(text: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        run_fields.volume(text)


def test_environment() -> None:
    text = "A=1\r\n# not this\n\n  B = spaces stay \nC=x=y\nD=\nE=\u2028line"
    assert run_fields.environment(text) == {
        "A": "1",
        "B": " spaces stay ",
        "C": "x=y",
        "D": "",
        "E": "\u2028line",
    }


@pytest.mark.parametrize("line", ["hunter2", "=hunter2", "a b=hunter2", "A=\0hunter2"])
def test_a_refused_line_of_the_environment_is_not_repeated(line: str) -> None:
    with pytest.raises(Refusal, match="Line 2") as refused:
        run_fields.environment(f"OK=1\n{line}")
    assert "hunter2" not in str(refused.value)


def test_twice_the_same_name() -> None:
    with pytest.raises(Refusal, match="A appears twice"):
        run_fields.environment("A=1\nA=2")
    with pytest.raises(Refusal, match="a appears twice"):
        run_fields.labels("a=1\na")


@pytest.mark.parametrize("text", ["=x", "io.haulout.job=7", " io.haulout.x"])
def test_labels_that_are_none(text: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        run_fields.labels(text)


def test_labels() -> None:
    assert run_fields.labels("app = shop\n#x=1\nempty") == {"app": " shop", "#x": "1", "empty": ""}


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("", 0),
        ("512m", 512 * MIB),
        ("1.5 GiB", 1536 * MIB),
        ("6291456", 6 * MIB),
        ("2GB", 2048 * MIB),
    ],
)
def test_sizes(text: str, size_bytes: int) -> None:
    assert run_fields.memory(text) == size_bytes


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (run_fields.memory, ["5m", "-1", "1x", "m", "1e9", "9" * 30, "99999999t", "0"]),
        (run_fields.cpus, ["0", "-1", "nan", "inf", "1e3", "9999", ".", "two", "0.001"]),
        (run_fields.pids, ["0", "-2", "1.5", "x", "99999999", "٣"]),
        (run_fields.restart, ["sometimes", "always:3", "on-failure:", "on-failure:x", "no:1"]),
        (run_fields.user_namespace, ["mine", "keep-id:", "host:uid=1", "keep-id:uid", "auto:a=1,"]),
        (run_fields.name, ["-x", "a b", "ä", "x" * 201, "a/b", "a:b"]),
        (run_fields.network, ["a b", "-n", "a/b"]),
        (run_fields.command, ["'", 'a "b', "\\", "a\0b"]),
    ],
)
def test_what_else_is_refused(read: Callable[[str], Any], texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(Refusal, match=r"\w"):
            read(text)


def test_what_else_is_taken() -> None:
    assert [run_fields.cpus(text) for text in ("", ".5", "2", "1.25")] == [0.0, 0.5, 2.0, 1.25]
    assert [run_fields.pids(text) for text in ("", "-1", "100")] == [0, -1, 100]
    assert run_fields.restart("on-failure:3") == ("on-failure", 3)
    assert run_fields.restart("") == ("no", None)
    assert run_fields.user_namespace("keep-id:uid=1,gid=2") == "keep-id:uid=1,gid=2"
    assert run_fields.command("sh -c 'a  b' \"\"") == ["sh", "-c", "a  b", ""]


READERS = [
    run_fields.port,
    run_fields.volume,
    run_fields.environment,
    run_fields.labels,
    run_fields.memory,
    run_fields.cpus,
    run_fields.pids,
    run_fields.restart,
    run_fields.user_namespace,
    run_fields.name,
    run_fields.network,
    run_fields.command,
]


@given(st.sampled_from(READERS), st.text() | st.text("0123456789:-/.=,[]azZ'\" \n"))
def test_any_text_is_taken_or_refused_in_words(read: Callable[[str], Any], text: str) -> None:
    try:
        read(text)
    except Refusal as refused:
        said = str(refused)
    else:
        said = "taken"
    assert said

"""What passes on the web process's socket, and that no second request hides behind the first."""

import gzip
import io
import tarfile
from typing import Any

import pytest

from hosts.link.web_filter import RequestRefusedError, WebFilter


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: d", *fields, "", ""]).encode() + body


LIBPOD = "/v5.0.0/libpod"
ALLOWED = [
    "GET /_ping",
    "GET /v1.41/containers/json?all=true",
    f"GET {LIBPOD}/containers/web.1/logs?follow=true&stdout=true",
    f"GET {LIBPOD}/images/docker.io%2Flibrary%2Fnginx/json",
    f"GET {LIBPOD}/images/docker.io/library/nginx:1.2/get",
    f"HEAD {LIBPOD}/containers/a/archive?path=%2Fetc",
    f"PUT {LIBPOD}/containers/a/archive?path=/tmp",
    f"POST {LIBPOD}/exec/0a1b/start",
    f"POST {LIBPOD}/exec/0a1b/resize?h=24&w=80",
    f"POST {LIBPOD}/exec/0a1b/remove",
    f"POST {LIBPOD}/containers/a/attach?stream=true",
    f"POST {LIBPOD}/containers/a/resize?h=1&w=2",
    f"POST {LIBPOD}/build?t=me%3A1&dockerfile=Containerfile&nocache=true",
    f"POST {LIBPOD}/artifacts/add?name=localhost%2Fa%3A1&fileName=b.txt&append=true",
    f"GET {LIBPOD}/artifacts/localhost%2Fa%3A1/extract",
    f"POST {LIBPOD}/images/load",
    f"POST {LIBPOD}/images/import?reference=a",
    "POST /containers/a/attach",
]
REFUSED = [
    f"POST {LIBPOD}/containers/create",
    f"POST {LIBPOD}/containers/a/restart",
    f"POST {LIBPOD}/containers/a/kill",
    f"DELETE {LIBPOD}/containers/a",
    f"POST {LIBPOD}/images/pull?reference=x",
    f"POST {LIBPOD}/images/a/push",
    f"POST {LIBPOD}/volumes/create",
    f"POST {LIBPOD}/play/kube",
    "POST /commit?container=a",
    "POST /session",
    "POST /images/create?fromSrc=-",
    f"POST {LIBPOD}/local/images/load?path=/etc",
    f"PUT {LIBPOD}/containers/a/other",
    f"GET {LIBPOD}/containers/a/healthcheck",
    "GET /v5x/libpod/containers/a/healthcheck",
    f"GET {LIBPOD}/containers/a/%68ealthcheck",
    f"GET {LIBPOD}/secrets/a/json?showsecret=true",
    f"GET {LIBPOD}/secrets/a/json?ShowSecret=true",
    f"GET {LIBPOD}/secrets/a/json?%C5%BFhowsecret=true",
    f"POST {LIBPOD}/build?volume=/:/host",
    f"POST {LIBPOD}/build?Volume=/:/host",
    f"POST {LIBPOD}/build?t=a&devices=/dev/sda",
    f"POST {LIBPOD}/build?remote=http://169.254.169.254/",
    f"POST {LIBPOD}/build?t=a&dockerfile=../../../etc/shadow",
    f"POST {LIBPOD}/build?t=a&Dockerfile=%5B%22%2e%2e/etc/shadow%22%5D",
    f"POST {LIBPOD}/build?t=a&dockerfile=%5B%22%5Cu002e%5Cu002e/x%22%5D",
    f"POST {LIBPOD}/build?t=a&dockerfile=http://10.0.0.1/x",
    f"POST {LIBPOD}/build?t=a&dockerfile=%5B%22Containerfile%22%5D",
    f"POST {LIBPOD}/build?t=a&dockerfile=a&dockerfile=b",
    f"POST {LIBPOD}/build?t=a&dockerfile=Containerfile.in",
    f"POST {LIBPOD}/artifacts/local/add?name=a&fileName=b&path=/etc/shadow",
    f"POST {LIBPOD}/artifacts/add?name=a&fileName=b&path=/etc/shadow",
    f"POST {LIBPOD}/artifacts/add?name=a&fileName=b&replace=true",
    f"POST {LIBPOD}/artifacts/pull?name=a",
    f"DELETE {LIBPOD}/artifacts/a",
    f"POST {LIBPOD}/artifacts/a/push",
    f"POST {LIBPOD}/build?t=a&from=docker-archive:/srv/x",
    f"POST {LIBPOD}/build?t=dir:/etc/cron.d",
    f"POST {LIBPOD}/build?T=a&t=OCI:5000/x",
    f"POST {LIBPOD}/build?t=a&manifest=oci-archive:/srv/x",
    f"POST {LIBPOD}/build?t=a&buildargs=%5B%5D",
    f"POST {LIBPOD}/build?t=a&buildargs=%7B%7D&Buildargs=%7B%7D",
    f"POST {LIBPOD}/build?t=a&Dockerfile=x.in/.",
    f"POST {LIBPOD}/images/import?url=http://10.0.0.1/",
    # Paths that Podman would clean, decode or read in its own way.
    f"GET {LIBPOD}//containers/json",
    f"GET {LIBPOD}/containers/../secrets",
    f"GET {LIBPOD}/containers/%2e%2e/secrets",
    f"GET {LIBPOD}/containers/a%2F..%2Fb/json",
    f"GET {LIBPOD}/containers/a%2F%2Fb/json",
    f"GET {LIBPOD}/containers/a%00/json",
    f"GET {LIBPOD}/containers/a%0d%0aX/json",
    f"GET {LIBPOD}/containers/a%5Cb/json",
    f"GET {LIBPOD}/containers/%zz/json",
    f"POST {LIBPOD}/containers/a%2Fexec/x/../../b/attach",
    f"POST {LIBPOD}/containers/a/attach/",
    f"POST {LIBPOD}/containers/create%2F..%2Fa/attach",
    "GET http://other/containers/json",
    "GET containers/json",
    "GET *",
    "GET /a#b",
    "CONNECT /a",
    "OPTIONS /a",
    "get /_ping",
]


@pytest.mark.parametrize("line", ALLOWED)
def test_reading_and_streams_pass(line: str) -> None:
    data = request(line, "Content-Length: 0")
    assert WebFilter().feed(data) == data


@pytest.mark.parametrize("line", REFUSED)
def test_everything_else_is_refused(line: str) -> None:
    with pytest.raises(RequestRefusedError):
        WebFilter().feed(request(line, "Content-Length: 0"))


@pytest.mark.parametrize("line", REFUSED[:6])
def test_the_second_request_on_a_kept_connection_is_looked_at_too(line: str) -> None:
    it = WebFilter()
    it.feed(request("GET /_ping"))
    with pytest.raises(RequestRefusedError):
        it.feed(request(line))


EVIL = request(f"DELETE {LIBPOD}/containers/a")
GET = "GET /_ping"
PUT = f"PUT {LIBPOD}/containers/a/archive?path=/"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(request(GET) + EVIL, id="pipelined"),
        pytest.param(request(PUT, "Content-Length: 3", body=b"abc") + EVIL, id="behind a body"),
        pytest.param(
            request(PUT, "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n") + EVIL,
            id="behind chunks",
        ),
        pytest.param(
            request(PUT, "Content-Length: 99", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
            id="CL.TE",
        ),
        pytest.param(request(PUT, "Content-Length: 3", "Content-Length: 0"), id="two lengths"),
        pytest.param(request(PUT, "Content-Length: 3, 3"), id="a list of lengths"),
        pytest.param(request(PUT, "Content-Length: +3"), id="signed length"),
        pytest.param(request(PUT, "Content-Length: 0x3"), id="hexadecimal length"),
        pytest.param(request(PUT, "Content-Length: -1"), id="negative length"),
        pytest.param(request(PUT, "Content-Length : 3"), id="space before the colon"),
        pytest.param(request(PUT, "Content-Length:\x0b3"), id="vertical tab"),
        pytest.param(request(PUT, "Transfer-Encoding: xchunked"), id="another coding"),
        pytest.param(request(PUT, "Transfer-Encoding: chunked, identity"), id="two codings"),
        pytest.param(request(PUT, "Transfer-Encoding: \x0bchunked"), id="coding with a tab"),
        pytest.param(
            request(PUT, "Transfer-Encoding: chunked", "Transfer-Encoding: x"), id="coding twice"
        ),
        pytest.param(request(GET, "X: a", " folded: b"), id="folded field"),
        pytest.param(request(GET, "no colon"), id="no colon"),
        pytest.param(request(GET, "X: a\nTransfer-Encoding: chunked"), id="bare LF"),
        pytest.param(request(GET, "X: a\rY: b"), id="bare CR"),
        pytest.param(request(GET, "X: a\0b"), id="NUL"),
        pytest.param(b"\r\n" + request(GET), id="empty line first"),
        pytest.param(b"GET /_ping HTTP/1.0\r\n\r\n", id="HTTP/1.0"),
        pytest.param(b"GET /_ping\r\n\r\n", id="HTTP/0.9"),
        pytest.param(b"GET  /_ping HTTP/1.1\r\n\r\n", id="two spaces"),
        pytest.param(b"GET /_ping HTTP/1.1 \r\n\r\n", id="space behind"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(
            request(PUT, "Transfer-Encoding: chunked", body=b"3;x=1\r\nabc\r\n"), id="extension"
        ),
        pytest.param(request(PUT, "Transfer-Encoding: chunked", body=b"0x3\r\n"), id="0x"),
        pytest.param(request(PUT, "Transfer-Encoding: chunked", body=b" 3\r\n"), id="space, size"),
        pytest.param(
            request(PUT, "Transfer-Encoding: chunked", body=b"3\r\nabcd\r\n"), id="longer chunk"
        ),
        pytest.param(
            request(PUT, "Transfer-Encoding: chunked", body=b"3\nabc\r\n0\r\n\r\n" + b" " * 40),
            id="LF behind a size",
        ),
        pytest.param(
            request(PUT, "Transfer-Encoding: chunked", body=b"0\r\nTransfer-Encoding: x\r\n\r\n"),
            id="trailer",
        ),
        pytest.param(b"GET /" + b"a" * 70_000, id="long line"),
        pytest.param(request(GET, "Upgrade: h2c", "HTTP2-Settings: AA"), id="h2c"),
        pytest.param(request(GET, "Upgrade: tcp"), id="upgrade of a GET"),
        pytest.param(
            request(f"POST {LIBPOD}/exec/a/start", "Upgrade: websocket"), id="upgrade to another"
        ),
        pytest.param(
            request(f"POST {LIBPOD}/exec/a/start", "Upgrade: tcp", "Upgrade: h2c"), id="two"
        ),
        pytest.param(
            request(GET) + request(f"POST {LIBPOD}/exec/a/start", "Upgrade: tcp"), id="late upgrade"
        ),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_nothing_can_be_smuggled(data: bytes, step: int) -> None:
    it = WebFilter()
    passed: list[Any] = []
    pieces = [data[start : start + step] for start in range(0, len(data), step)]
    with pytest.raises(RequestRefusedError):
        passed.extend(map(it.feed, pieces))
    assert b"DELETE" not in b"".join(passed)


def test_lines_that_end_with_lf_alone_are_no_head() -> None:
    assert WebFilter().feed(b"GET /_ping HTTP/1.1\n\nDELETE / HTTP/1.1\n\n") == b""


@pytest.mark.parametrize("step", [1, 5, 100_000])
def test_good_requests_pass_byte_for_byte_however_they_are_cut(step: int) -> None:
    data = (
        request(GET)
        + request(PUT, "Content-Length: 5", body=b"GET /")
        + request(PUT, "Transfer-Encoding: chunked", body=b"A\r\n0123456789\r\n0\r\n\r\n")
        + request(f"POST {LIBPOD}/containers/a/exec", "Content-Length: 15", body=b'{"Cmd":["sh"] }')
        + request(GET)
    )
    it = WebFilter()
    passed = b"".join(it.feed(data[start : start + step]) for start in range(0, len(data), step))
    assert passed == data
    assert it.requests == 5


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        (b'{"Cmd":["sh"]}', True),
        (b'{"Cmd":["sh"],"Privileged":false}', True),
        (b'{"Cmd":["sh"],"Privileged":true}', False),
        (b'{"Cmd":["sh"],"privileged":true}', False),
        (b'{"Privileged":true,"Privileged":false}', False),
        (b'{"Privileged":false,"PRIVILEGED":true}', False),
        (b'{"Privileg\\u0065d":true}', False),
        (b'{"Cmd":["sh"]}{"Privileged":true}', False),
        (b"[]", False),
        (b"null", False),
        (b"\xff{}", False),
        (b"[" * 60_000, False),
    ],
)
def test_an_exec_that_would_be_root_on_the_host_is_refused(body: bytes, passes: bool) -> None:
    data = request(f"POST {LIBPOD}/containers/a/exec", f"Content-Length: {len(body)}", body=body)
    if passes:
        assert WebFilter().feed(data) == data
    else:
        with pytest.raises(RequestRefusedError):
            WebFilter().feed(data)


def test_the_body_of_an_exec_needs_a_length() -> None:
    with pytest.raises(RequestRefusedError):
        WebFilter().feed(request(f"POST {LIBPOD}/containers/a/exec", "Transfer-Encoding: chunked"))


START = request(f"POST {LIBPOD}/exec/a/start", "Upgrade: tcp", "Content-Length: 2", body=b"{}")


def test_a_terminal_is_raw_once_the_server_has_upgraded() -> None:
    it = WebFilter()
    assert it.feed(START + b"early keys") == START
    assert it.waiting
    assert it.answered(b"HTTP/1.1 1") == b""
    assert it.answered(b"01 UPGRADED\r\n") == b"early keys"
    assert it.feed(EVIL) == EVIL  # these are somebody's key strokes


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found", b"HTTP/1.1 200 OK", b"x"])
def test_without_the_upgrade_nothing_more_passes(answer: bytes) -> None:
    it = WebFilter()
    assert it.feed(START + EVIL) == START
    assert it.answered(answer) == b""
    assert not it.watching
    with pytest.raises(RequestRefusedError):
        it.feed(b"more")


def tar(*entries: tuple[str, bytes, str]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as out:
        for name, kind, target in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            out.addfile(info)
    return made.getvalue()


LINK, FILE = tarfile.SYMTYPE, tarfile.REGTYPE
THROUGH = tar(("sub", LINK, "/etc"), ("sub/evil", FILE, ""))
BUILD, LOAD = f"POST {LIBPOD}/build?t=a", f"POST {LIBPOD}/images/load"


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (BUILD, THROUGH),
        (LOAD, THROUGH),
        (BUILD, tar(("Dockerfile", LINK, "/etc/passwd"))),
        (f"{BUILD}&dockerfile=", tar(("Containerfile", LINK, "/etc/passwd"))),
        (f"{BUILD}&Dockerfile=sub/x", tar(("sub", LINK, "/etc"))),
        ("POST /v1.41/build", tar(("Dockerfile", LINK, "/etc/passwd"))),
        (LOAD, tar(("index.json", LINK, "/etc/passwd"))),
        (LOAD, gzip.compress(THROUGH)),
    ],
)
@pytest.mark.parametrize("size", [100, 512, 100_000])
def test_what_podman_unpacks_on_the_host_is_judged(line: str, body: bytes, size: int) -> None:
    it = WebFilter()
    it.feed(request(line, f"Content-Length: {len(body)}", "Content-Type: application/x-tar"))

    def feed() -> None:
        for at in range(0, len(body), size):
            it.feed(body[at : at + size])

    with pytest.raises(RequestRefusedError):
        feed()


@pytest.mark.parametrize(
    ("query", "name", "refused"),
    [
        ("", "Dockerfile", True),
        ("&dockerfile=x", "x", True),
        ("&dockerfile=x", "Dockerfile", False),
        ("&buildargs=%7B%22B%22%3A%22oci%3A%2Fx%22%7D", "Containerfile", True),
        ("&buildargs=%7B%22B%22%3A%22quay.io%2Fx%22%7D", "Containerfile", False),
    ],
)
def test_a_base_on_the_host_is_no_base(query: str, name: str, refused: bool) -> None:
    made = io.BytesIO()
    text = b"ARG B=quay.io/x\nFROM $B\n" if "buildargs" in query else b"FROM docker-archive:/x\n"
    with tarfile.open(fileobj=made, mode="w") as out:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        out.addfile(info, io.BytesIO(text))
    body = made.getvalue()
    it = WebFilter()
    kind = "Content-Type: application/x-tar"
    it.feed(request(BUILD + query, f"Content-Length: {len(body)}", kind))
    if refused:
        with pytest.raises(RequestRefusedError, match="host"):
            it.feed(body)
    else:
        assert it.feed(body) == body


def test_a_good_context_passes_in_chunks() -> None:
    body = tar(("Containerfile", FILE, ""), ("lib", LINK, "/usr/lib"))
    head = request(BUILD, "Transfer-Encoding: chunked", "Content-Type: application/x-tar")
    data = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) + request("GET /_ping")
    assert WebFilter().feed(data) == data


def test_a_context_in_several_parts_is_refused() -> None:
    kind = "Content-Type: multipart/form-data; boundary=x"
    with pytest.raises(RequestRefusedError):
        WebFilter().feed(request(BUILD, "Content-Length: 9", kind))

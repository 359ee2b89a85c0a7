"""Our server's side of a transfer, over real connections: pace, early answers, broken ends."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
MIB = 2**20


class Served:
    """The process, its lines, and connections to it."""

    def __init__(self, **given: float) -> None:
        words = [json.dumps(given)] if given else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.dashboard.streams.transfer_app", *words],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout
        self.port = int(self.out.readline().split()[1])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.out.close()

    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.readline())
        return found


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found = Served()
    yield found
    found.end()


def head(method: str, path: str, *fields: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: here", *fields, "", ""]).encode()


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """One answer with a Content-Length."""
    reader = connection.makefile("rb")
    status = int(reader.readline().split()[1])
    length = 0
    while (line := reader.readline().strip()) != b"":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return status, reader.read(length)


def test_a_body_arrives_before_it_is_whole(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("PUT", "/transfer/take/", "Content-Length: 10") + b"12345")
        assert served.told() == {"first": 5}
        browser.sendall(b"67890")
        assert answer(browser) == (200, b"took 10")
        served.told()
        # the connection is kept, and what follows is a request of its own
        browser.sendall(head("POST", "/plain/", "Content-Length: 3") + b"abc")
        assert answer(browser) == (200, b"plain /plain/ 3")


def test_chunks_and_a_limit(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("PUT", "/transfer/take/?4", "Transfer-Encoding: chunked"))
        browser.sendall(b"3\r\nabc\r\n")
        assert served.told() == {"first": 3}
        browser.sendall(b"3\r\ndef\r\n0\r\n\r\n")
        assert answer(browser) == (413, b"limit 4")


def test_memory_stays_flat_up_and_down(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("PUT", "/transfer/take/", "Content-Length: 1"))
        browser.sendall(b"x")
        answer(browser)
        served.told()
        before = served.told()["peak_kib"]
        size = 200 * MIB
        browser.sendall(head("PUT", "/transfer/take/", f"Content-Length: {size}"))
        piece = b"x" * MIB
        for _ in range(size // MIB):
            browser.sendall(piece)
        assert answer(browser) == (200, f"took {size}".encode())
        served.told()
        assert served.told()["peak_kib"] - before < 16 * 1024
    with served.connect() as browser:
        browser.sendall(head("GET", f"/transfer/pour/?{size}", "Connection: close"))
        # nothing is read for as long as another request takes: the pouring has to wait
        with served.connect() as other:
            other.sendall(head("GET", "/plain/"))
            assert answer(other)[0] == 200
        taken = 0
        while piece := browser.recv(MIB):
            taken += len(piece)
        assert taken > size
        assert served.told()["peak_kib"] - before < 16 * 1024


def test_an_early_answer_is_read_and_the_rest_is_no_request(served: Served) -> None:
    hidden = head("GET", "/plain/smuggled/")
    with served.connect() as browser:
        size = 4 * MIB
        browser.sendall(head("PUT", "/transfer/refuse/", f"Content-Length: {size}"))
        assert answer(browser) == (403, b"not you")
        browser.sendall(hidden * (size // len(hidden)))
        browser.sendall(b"x" * (size % len(hidden)))
        # the whole body was taken: the next request is the first one that counts
        browser.sendall(head("GET", "/plain/next/"))
        assert answer(browser) == (200, b"plain /plain/next/ 0")


def test_a_body_that_never_ends_ends_the_connection(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("PUT", "/transfer/refuse/", "Content-Length: 1000000"))
        assert answer(browser) == (403, b"not you")
        assert browser.recv(1) == b""


def test_a_browser_that_goes_is_heard(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("PUT", "/transfer/take/", "Content-Length: 10") + b"123")
        assert served.told() == {"first": 3}
    assert served.told() == {"gone": True}


def test_a_cut_answer_does_not_look_whole(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("GET", "/transfer/cut/"))
        with pytest.raises(ConnectionResetError):
            browser.makefile("rb").read()


def test_a_form_too_large_is_refused_before_it_comes(served: Served) -> None:
    with served.connect() as browser:
        browser.sendall(head("POST", "/plain/", f"Content-Length: {17 * MIB}"))
        assert answer(browser) == (413, b"")

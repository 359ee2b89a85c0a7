"""Strangers' connections: heads and bodies that drip, more of them than there is room, room for others."""

import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.dashboard.streams.test_transfer import MIB, Served, answer, head

Serve = Callable[..., Served]
GET = head("GET", "/plain/")


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as ends:

        def start(**given: float) -> Served:
            served = Served(**given)
            ends.callback(served.end)
            return served

        yield start


def dripped(connection: socket.socket, given: bytes, *, within_s: float) -> float:
    """Send a byte every 50 ms until the other side closes: after how many seconds."""
    began = time.monotonic()
    for at in range(len(given)):
        left_s = within_s - (time.monotonic() - began)
        assert left_s > 0, "still open"
        readable, _, _ = select.select([connection], [], [], 0.05)
        if readable:
            with contextlib.suppress(ConnectionError):
                assert connection.recv(1) == b""
            break
        try:
            connection.sendall(given[at : at + 1])
        except ConnectionError:
            break
    else:
        raise AssertionError("all of it was taken")
    return time.monotonic() - began


def closed(connection: socket.socket) -> bool:
    """Whether the other side has closed it by now."""
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def count(connections: list[socket.socket], number: int) -> int:
    """How many are closed, once that is `number` or ten seconds are over."""
    ends = time.monotonic() + 10
    gone: set[socket.socket] = set()
    while len(gone) < number and time.monotonic() < ends:
        gone |= {one for one in connections if one not in gone and closed(one)}
        select.select([], [], [], 0.05)
    return len(gone)


def test_a_head_that_drips_ends(serve: Serve) -> None:
    served = serve(HEAD_S=1.0, EVERY_S=0.2)
    with served.connect() as browser:
        assert dripped(browser, head("GET", "/", "X-Long: " + "x" * 2000), within_s=20) > 0.9


def test_a_second_head_on_a_kept_connection_ends_too(serve: Serve) -> None:
    served = serve(HEAD_S=1.0, EVERY_S=0.2)
    with served.connect() as browser:
        browser.sendall(GET)
        assert answer(browser)[0] == 200
        # silence between two requests is no dripping
        select.select([browser], [], [], 2.0)
        assert not closed(browser)
        assert dripped(browser, head("GET", "/", "X-Long: " + "x" * 2000), within_s=20) > 0.9


def test_a_body_that_drips_ends(serve: Serve) -> None:
    served = serve(BODY_GRACE_S=1.0, EVERY_S=0.2)
    with served.connect() as browser:
        browser.sendall(head("POST", "/", "Content-Length: 5000"))
        assert dripped(browser, b"x" * 5000, within_s=20) > 0.9
    with served.connect() as browser:
        # the last byte never comes
        browser.sendall(head("POST", "/", "Content-Length: 5000") + b"x" * 900)
        assert count([browser], 1) == 1


def test_who_is_answered_slowly_or_uploads_is_not_cut(serve: Serve) -> None:
    served = serve(HEAD_S=0.5, BODY_GRACE_S=0.5, EVERY_S=0.1)
    with served.connect() as browser:
        browser.sendall(head("PUT", "/transfer/take/", "Content-Length: 3") + b"a")
        assert served.told() == {"first": 1}
        select.select([browser], [], [], 1.5)
        browser.sendall(b"bc")
        assert answer(browser) == (200, b"took 3")
    with served.connect() as browser:
        fields = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        key = "Sec-WebSocket-Key: " + "A" * 22 + "=="
        browser.sendall(head("GET", "/ws/", *fields, key))
        assert browser.recv(12) == b"HTTP/1.1 101"
        browser.recv(MIB)
        select.select([browser], [], [], 1.5)
        assert not closed(browser)


def test_of_too_many_from_one_address_the_oldest_go(serve: Serve) -> None:
    served = serve(each=20)
    with contextlib.ExitStack() as ends:
        many = [ends.enter_context(served.connect()) for _ in range(300)]
        assert count(many[:280], 280) == 280
        assert count(many[280:], 0) == 0
        with served.connect() as browser:
            browser.sendall(GET)
            assert answer(browser)[0] == 200


def test_of_too_many_together_too(serve: Serve) -> None:
    served = serve(STRANGERS=20)
    with contextlib.ExitStack() as ends:
        many = [ends.enter_context(served.connect()) for _ in range(60)]
        assert count(many[:40], 40) == 40


def test_who_signed_in_keeps_theirs_however_many_come(serve: Serve) -> None:
    served = serve(each=5)
    with served.connect() as mine, contextlib.ExitStack() as ends:
        mine.sendall(head("GET", "/in/"))
        assert answer(mine)[0] == 200
        many = [ends.enter_context(served.connect()) for _ in range(100)]
        assert count(many[:90], 90) == 90
        mine.sendall(GET)
        assert answer(mine)[0] == 200


def test_beyond_what_may_be_open_nothing_is_taken(serve: Serve) -> None:
    served = serve(most=10)
    with contextlib.ExitStack() as ends:
        mine = [ends.enter_context(served.connect()) for _ in range(10)]
        for one in mine:
            one.sendall(head("GET", "/in/"))
            assert answer(one)[0] == 200
        more = [ends.enter_context(served.connect()) for _ in range(5)]
        assert count(more, 5) == 5
        mine.pop().close()
        ends_at = time.monotonic() + 10
        while time.monotonic() < ends_at:
            with served.connect() as browser, contextlib.suppress(ConnectionError, IndexError):
                browser.sendall(GET)
                assert answer(browser)[0] == 200
                return
        raise AssertionError("no room after one went")


@pytest.mark.parametrize("field", [f"Content-Length: {MIB}", "Transfer-Encoding: chunked"])
def test_nothing_of_a_strangers_body_is_kept(serve: Serve, field: str) -> None:
    served = serve(each=50)
    with served.connect() as browser:
        browser.sendall(head("POST", "/plain/", field))
        assert answer(browser)[0] == 413
        assert count([browser], 1) == 1
    with served.connect() as browser:
        browser.sendall(head("POST", "/plain/", f"Content-Length: {MIB}", "Cookie: mine"))
        browser.sendall(b"x" * MIB)
        assert answer(browser) == (200, b"plain /plain/ 8192")
        # the connection is kept, and its silence is timed as before
        browser.sendall(GET)
        assert answer(browser)[0] == 200


def test_a_path_in_other_letters_is_the_same(serve: Serve) -> None:
    served = serve(each=50)
    with served.connect() as browser:
        browser.sendall(head("PUT", "/%74ransfer/take/", "Content-Length: 3") + b"abc")
        assert served.told() == {"first": 3}
        assert answer(browser) == (200, b"took 3")

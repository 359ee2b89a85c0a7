"""HTTP/1.1 taken apart: however it is cut the same comes out, and nothing hides between two requests."""

import http.client
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hosts.link.framing import (
    AnswerHead,
    AnswerReader,
    Body,
    End,
    Event,
    FramingError,
    RequestHead,
    RequestReader,
    Trailers,
)

Reader = RequestReader | AnswerReader
NAMES = st.from_regex(r"X-[A-Za-z0-9]{1,8}", fullmatch=True)
VALUES = st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=4)
BODIES = st.binary(max_size=200)


@dataclass
class Message:
    """What `raw` says: its body, and the fields behind it."""

    raw: bytes
    body: bytes
    trailers: list[bytes]


def lines(first: str, fields: dict[str, str]) -> bytes:
    return "".join(f"{line}\r\n" for line in [first, *map(": ".join, fields.items())]).encode()


@st.composite
def messages(draw: st.DrawFn, first: str, *, always: bool = False) -> Message:
    """A message with no body, one of a length, or one in chunks. `always`: its length is said."""
    head, body = lines(first, draw(FIELDS)), draw(BODIES)
    if draw(st.booleans()):
        if not body and not always:
            return Message(head + b"\r\n", b"", [])
        return Message(head + b"Content-Length: %d\r\n\r\n" % len(body) + body, body, [])
    cuts = sorted(draw(st.lists(st.integers(1, max(1, len(body) - 1)), max_size=3, unique=True)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    trailers = draw(FIELDS)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces if one)
    behind = b"".join(lines(f"{name}: {value}", {}) for name, value in trailers.items())
    raw = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n" + behind + b"\r\n"
    return Message(raw, body, sorted({name.lower().encode() for name in trailers}))


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    at = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


def read(reader: Reader, pieces: Sequence[bytes]) -> tuple[list[Event], str]:
    """All events, pieces of a body joined, and why it could not be read further."""
    found: list[Event] = []
    try:
        for piece in pieces:
            if piece and reader.skim(piece):
                add(found, Body(piece))
                continue
            reader.push(piece)
            while (event := reader.pull()) is not None:
                add(found, event)
    except FramingError as error:
        return found, str(error)
    return found, ""


def add(found: list[Event], event: Event) -> None:
    if isinstance(event, Body) and found and isinstance(found[-1], Body):
        found[-1] = Body(found[-1].raw + event.raw)
    else:
        found.append(event)


def raw_of(found: list[Event]) -> bytes:
    return b"".join(one.raw for one in found if not isinstance(one, End))


PLACES = st.lists(st.integers(0, 10_000), max_size=8)
REQUESTS = st.lists(messages("POST /a?b=c HTTP/1.1"), min_size=1, max_size=4)
ANSWERS = st.lists(messages("HTTP/1.1 200 OK", always=True), min_size=1, max_size=4)


@given(REQUESTS, PLACES)
def test_requests_are_read_the_same_however_they_are_cut(
    sent: list[Message], places: list[int]
) -> None:
    data = b"".join(one.raw for one in sent)
    found, error = read(RequestReader(), cut(data, places))
    assert not error
    assert raw_of(found) == data
    assert sum(isinstance(one, End) for one in found) == len(sent)
    assert [one.target for one in found if isinstance(one, RequestHead)] == ["/a?b=c"] * len(sent)
    assert b"".join(one.raw for one in found if isinstance(one, Body)) == b"".join(
        one.body for one in sent
    )
    behind = [sorted(one.fields) for one in found if isinstance(one, Trailers)]
    assert behind == [one.trailers for one in sent if b"chunked" in one.raw]


@given(ANSWERS, PLACES)
def test_answers_are_read_as_pythons_own_client_reads_them(
    sent: list[Message], places: list[int]
) -> None:
    reader = AnswerReader()
    for _one in sent:
        reader.asked("GET")
    found, error = read(reader, cut(b"".join(one.raw for one in sent), places))
    assert not error
    assert reader.eof() is None
    bodies = [b""]
    for event in found:
        if isinstance(event, Body):
            bodies[-1] += event.raw
        elif isinstance(event, End):
            bodies.append(b"")
    assert bodies[:-1] == [python_reads(one.raw) for one in sent]


class _Connection:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.raw)


def python_reads(raw: bytes) -> bytes:
    answer = http.client.HTTPResponse(_Connection(raw))  # type: ignore[arg-type]  # it reads a file
    answer.begin()
    return answer.read()


@given(REQUESTS, PLACES, st.integers(0, 10_000), st.binary(min_size=1, max_size=6))
def test_broken_bytes_break_it_the_same_however_they_are_cut(
    sent: list[Message], places: list[int], at: int, noise: bytes
) -> None:
    data = b"".join(one.raw for one in sent)
    at %= len(data)
    data = data[:at] + noise + data[at + 1 :]
    whole, cut_up = read(RequestReader(), [data]), read(RequestReader(), cut(data, places))
    assert whole == cut_up
    # what is told stands there, in this order, and nothing between is left out
    assert data.startswith(raw_of(whole[0]))


# lines of heads, right and nearly right: other readers take some for a length, for the end of a line, or for
# one that goes on
LINES = [
    *(b"Content-Length: %b\r\n" % size for size in (b"1", b"1", b"01", b"0", b"+1", b"1,1", b"")),
    *(b"Transfer-Encoding: %b\r\n" % one for one in (b"chunked", b"Chunked", b"xchunked", b"a, b")),
    b"content-length:1\r\n",
    b"Content-Length:\t1 \r\n",
    b"Content-Length : 1\r\n",
    b"Content_Length: 1\r\n",
    b" Content-Length: 1\r\n",
    b"Content-Length: 1\n",
    b"Content-Length: 1\r\r\n",
    b"X: a\rContent-Length: 1\r\n",
    b"X: a\0\r\n",
    b"X: \xff\r\n",
    b"X:\r\n",
    b"X\r\n",
]
BEHIND = [
    b"",
    b"a",
    b"1\r\na\r\n0\r\n\r\n",
    b"0\r\n\r\n",
    b"1;a\r\na\r\n0\r\n\r\n",
    b"1\na\r\n0\r\n\r\n",
]
ONE = st.tuples(
    st.sampled_from(
        [b"POST /a HTTP/1.1\r\n"] * 4 + [b"GET /a HTTP/1.0\r\n", b"GET  / HTTP/1.1\r\n"]
    ),
    st.lists(st.sampled_from(LINES), max_size=3).map(b"".join),
    st.sampled_from([b"\r\n", b"\r\n", b"\n"]),
    st.sampled_from(BEHIND),
).map(b"".join)
SOUPS = st.lists(ONE, max_size=3).map(b"".join)


@given(st.one_of(SOUPS, st.binary(max_size=400)), PLACES)
def test_whatever_comes_is_read_the_same_however_it_is_cut(data: bytes, places: list[int]) -> None:
    """Or refused; nothing else is ever raised."""
    found, error = read(RequestReader(), [data])
    assert (found, error) == read(RequestReader(), cut(data, places))
    assert data.startswith(raw_of(found))
    for reader in (AnswerReader(), AnswerReader()):
        reader.asked("GET")
        read(reader, cut(data, places))


@given(SOUPS)
@example(b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nX: \r\n\r\na")
@example(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")
def test_no_request_has_two_readings(data: bytes) -> None:
    """What is taken, a lenient reader, for which a bare line feed ends a line and the last length counts,
    takes for the same.
    """
    found, _error = read(RequestReader(), [data])
    for one in found:
        if not isinstance(one, RequestHead):
            continue
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", one.raw)
        line, *fields = one.raw.splitlines()
        assert line.split() == [one.method.encode(), one.target.encode(), b"HTTP/1.1"]
        told = http.client.parse_headers(io.BytesIO(b"\n".join([*fields, b""])))
        lengths, codings = told.get_all("content-length", []), told.get_all("transfer-encoding", [])
        assert len(lengths) + len(codings) <= 1
        if codings:
            assert one.length is None
            assert codings[0].lower() == "chunked"
        else:
            assert one.length == int(lengths[-1] if lengths else 0)


def answered(method: str, *pieces: bytes) -> tuple[AnswerReader, list[Event]]:
    reader = AnswerReader()
    reader.asked(method)
    found, error = read(reader, pieces)
    assert not error
    return reader, found


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("POST", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
    ],
)
def test_answers_without_a_body_end_with_their_head(method: str, head: bytes) -> None:
    reader, found = answered(method, head)
    assert isinstance(found[-1], End)
    assert reader.eof() is None


def test_an_answer_that_only_says_go_on_is_followed_by_the_one_that_counts() -> None:
    data = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
    _reader, found = answered("POST", data)
    assert [one.status for one in found if isinstance(one, AnswerHead)] == [100, 201]
    assert isinstance(found[-1], End)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n",
    ],
)
def test_after_an_upgrade_all_that_comes_belongs_to_it(head: bytes) -> None:
    reader, found = answered("POST", head + b"HTTP/1.1 200 OK\r\n\r\n", b"more")
    assert found[1] == Body(b"HTTP/1.1 200 OK\r\n\r\nmore")
    assert isinstance(reader.eof(), End)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
    ],
)
def test_an_answer_that_is_cut_off_is_no_answer(data: bytes) -> None:
    reader, _found = answered("GET", data)
    with pytest.raises(FramingError):
        reader.eof()


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\nContent-Length: 1\r\n\r\n",
        b"HTTP/1.1 900 OK\r\n\r\n",
    ],
)
def test_an_answer_of_two_meanings_is_refused(data: bytes) -> None:
    reader = AnswerReader()
    reader.asked("GET")
    _found, error = read(reader, [data])
    assert error


def gathered(pieces: Iterable[bytes]) -> tuple[bytes, bool]:
    """(the body of an answer, whether it ended), as whoever passes it on reads it."""
    reader, body, ended = AnswerReader(), b"", False
    reader.asked("GET")
    for piece in pieces:
        reader.push(piece)
        while True:
            body += reader.gather()
            if (event := reader.pull()) is None:
                break
            body += event.raw if isinstance(event, Body) else b""
            ended |= isinstance(event, End)
    return body, ended


@given(messages("HTTP/1.1 200 OK", always=True), PLACES)
def test_a_body_in_one_piece_is_the_same(message: Message, places: list[int]) -> None:
    assert gathered(cut(message.raw, places)) == (message.body, True)


@pytest.mark.parametrize(
    "broken", [b"1\r\nab\r\n", b"1\r\na\r\nx\r\n", b"1\r\na\r\n-1\r\n", b"1" * 40]
)
def test_broken_chunks_are_found_in_one_piece_too(broken: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(FramingError):
        gathered([head + b"3\r\nabc\r\n" + broken])
    with pytest.raises(FramingError):
        gathered(cut(head + broken, range(len(head + broken))))


def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    reader, _found = answered("GET", b"HTTP/1.1 204 No Content\r\n\r\n")
    reader.push(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(FramingError):
        reader.pull()


def test_words_of_a_head() -> None:
    reader = RequestReader()
    reader.push(b"GET / HTTP/1.1\r\nConnection: Keep-Alive, X\r\nconnection: close\r\n\r\n")
    head = reader.pull()
    assert isinstance(head, RequestHead)
    assert head.words(b"connection") == [b"keep-alive", b"x", b"close"]
    assert head.ends

"""JSON lines come out the same, however the bytes were cut on their way."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.podman.errors import Malformed
from hosts.podman.lines import LINE_LIMIT_BYTES, json_lines

objects = st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=4)


async def pieces(raw: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), size):
        yield raw[at : at + size]


@given(st.lists(objects, max_size=10), st.integers(1, 50), st.booleans())
async def test_any_cut_gives_the_same_lines(
    sent: list[dict[str, Any]], size: int, ascii_only: bool
) -> None:
    raw = b"\n".join(json.dumps(line, ensure_ascii=ascii_only).encode() for line in sent)
    assert [line async for line in json_lines(pieces(raw, size))] == sent
    assert [line async for line in json_lines(pieces(raw + b"\r\n\n", size))] == sent


@pytest.mark.parametrize("raw", [b"{}\n[1]\n", b'{"a":\n', b"\xff\n", b'{"a":1}{"b":2}\n'])
async def test_other_lines_are_told(raw: bytes) -> None:
    with pytest.raises(Malformed):
        _ = [line async for line in json_lines(pieces(raw, 3))]


async def test_line_without_end_is_told() -> None:
    with pytest.raises(Malformed):
        _ = [line async for line in json_lines(pieces(b"x" * (LINE_LIMIT_BYTES + 1), 65536))]

"""Frames come out the same, however the bytes were cut on their way."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.podman.errors import Malformed
from hosts.podman.frames import PART_BYTES, Frame, FrameParser

frames = st.lists(st.builds(Frame, st.integers(0, 3), st.binary(max_size=300)), max_size=20)


def packed(frame: Frame) -> bytes:
    return pack(">BxxxI", frame.stream, len(frame.data)) + frame.data


@given(frames, st.data())
def test_any_cut_gives_the_same_frames(sent: list[Frame], data: st.DataObject) -> None:
    raw = b"".join(map(packed, sent))
    parser = FrameParser()
    got: list[Frame] = []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        got += parser.feed(raw[:size])
        raw = raw[size:]
    parser.finish()
    assert got == sent


@given(frames)
def test_one_byte_at_a_time(sent: list[Frame]) -> None:
    parser = FrameParser()
    got: list[Frame] = []
    for byte in b"".join(map(packed, sent)):
        got += parser.feed(bytes([byte]))
    parser.finish()
    assert got == sent


@given(frames.filter(bool), st.data())
def test_half_a_frame_is_told(sent: list[Frame], data: st.DataObject) -> None:
    raw = b"".join(map(packed, sent))
    last = len(packed(sent[-1]))
    cut = data.draw(st.integers(1, last - 1))
    parser = FrameParser()
    assert parser.feed(raw[:-cut]) == sent[:-1]
    with pytest.raises(Malformed):
        parser.finish()


@pytest.mark.parametrize(
    "head", [b"\x04\0\0\0\0\0\0\1x", b"\1\0\1\0\0\0\0\1x", b"plain text, no frame"]
)
def test_out_of_step_is_told(head: bytes) -> None:
    with pytest.raises(Malformed):
        FrameParser().feed(head)


def test_huge_frame_is_handed_on_in_parts_and_never_kept() -> None:
    parser = FrameParser()
    assert parser.feed(pack(">BxxxI", 1, 3 * PART_BYTES)) == []
    piece = b"x" * (PART_BYTES // 4)
    for _ in range(12):
        assert parser.feed(piece) == [Frame(1, piece)]
    parser.finish()
    assert parser.feed(packed(Frame(2, b"next"))) == [Frame(2, b"next")]

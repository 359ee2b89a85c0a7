"""Frames become whole lines, whatever way they are cut."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.streams.lines import MAX_LINE_BYTES, LineAssembler, time_of
from hosts.podman.frames import Frame

TIME = b"2026-11-24T12:00:00Z "


def test_a_whole_line_passes_as_it_is():
    assert LineAssembler().feed([Frame(1, TIME + b"hello\n")]) == [b"1" + TIME + b"hello\n"]


@given(st.lists(st.binary(min_size=1, max_size=20).filter(lambda b: b"\n" not in b), min_size=1))
def test_parts_of_a_terminals_line_are_joined_under_the_first_time(parts):
    frames = [Frame(1, TIME + part) for part in parts]
    frames[-1] = Frame(1, frames[-1].data + b"\n")
    assert LineAssembler().feed(frames) == [b"1" + TIME + b"".join(parts) + b"\n"]


def test_two_streams_do_not_mix():
    lines = LineAssembler().feed(
        [Frame(1, TIME + b"a"), Frame(2, TIME + b"b\n"), Frame(1, TIME + b"c\n")]
    )
    assert lines == [b"2" + TIME + b"b\n", b"1" + TIME + b"ac\n"]


def test_an_open_line_is_closed_at_the_end():
    assembler = LineAssembler()
    assert assembler.feed([Frame(2, TIME + b"prompt> ")]) == []
    assert assembler.rest() == [b"2" + TIME + b"prompt> \n"]
    assert assembler.rest() == []


def test_a_line_without_end_is_handed_on_in_parts():
    assembler = LineAssembler()
    assert assembler.feed([Frame(1, TIME)]) == []
    (line,) = assembler.feed([Frame(1, TIME + b"x" * (MAX_LINE_BYTES + 1))])
    assert len(line) > MAX_LINE_BYTES
    assert line.endswith(b"\n")


def test_the_time_of_a_line():
    assert time_of(b"1" + TIME + b"x\n") == "2026-11-24T12:00:00Z"
    assert time_of(b"1no time here\n") == ""

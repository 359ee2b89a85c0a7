"""The file sink: every entry once and in order, also after a crash or half a line."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from audit.models import Entry, SinkPosition
from audit.sinks import FileSink, pump

pytestmark = pytest.mark.django_db


def numbers(path: Path) -> list[int]:
    return [orjson.loads(line)["number"] for line in path.read_bytes().splitlines()]


def test_tells_all_in_order(fill: Callable[[int], None], tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "out" / "entries.jsonl")
    fill(6)
    while pump(sink, limit=4):
        pass
    fill(3)
    pump(sink)
    assert numbers(sink.path) == list(range(1, Entry.objects.count() + 1))
    assert sink.path.stat().st_mode & 0o777 == 0o600


def test_a_crash_before_the_position_was_kept(fill: Callable[[int], None], tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "entries.jsonl")
    fill(6)
    pump(sink)
    SinkPosition.objects.update(number=2)
    assert pump(sink) == 0
    assert numbers(sink.path) == list(range(1, Entry.objects.count() + 1))


def test_half_a_line_is_written_again(fill: Callable[[int], None], tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "entries.jsonl")
    fill(6)
    pump(sink)
    whole = sink.path.read_bytes()
    sink.path.write_bytes(whole[:-20])
    SinkPosition.objects.update(number=0)
    pump(sink)
    assert sink.path.read_bytes() == whole


def test_a_rotated_file_goes_on(fill: Callable[[int], None], tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "entries.jsonl")
    fill(4)
    pump(sink)
    last = Entry.objects.count()
    sink.path.rename(tmp_path / "entries.1.jsonl")
    fill(2)
    pump(sink)
    assert numbers(sink.path) == list(range(last + 1, Entry.objects.count() + 1))


def test_a_sink_that_fails_keeps_its_position(fill: Callable[[int], None], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    sink = FileSink(tmp_path / "file" / "entries.jsonl")
    fill(4)
    with pytest.raises(OSError, match="file"):
        pump(sink)
    assert SinkPosition.objects.get().number == 0

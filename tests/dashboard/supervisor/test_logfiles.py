"""Logs of children: rotated, capped, and never a reason to stop."""

from pathlib import Path

from dashboard.supervisor.logfiles import KEPT, LogFile


def test_rotates_and_keeps_a_bounded_number(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "web", max_bytes=100)
    for number in range(100):
        assert log.write(b"line %03d of the log\n" % number)
    log.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["web.log", *(f"web.log.{number}" for number in range(1, KEPT + 1))]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    assert (tmp_path / "web.log").read_bytes().endswith(b"line 099 of the log\n")


def test_goes_on_where_it_stopped(tmp_path: Path) -> None:
    for word in (b"first\n", b"second\n"):
        log = LogFile(tmp_path, "web")
        log.write(word)
        log.close()
    assert (tmp_path / "web.log").read_bytes() == b"first\nsecond\n"


def test_a_full_disk_is_told_not_raised(tmp_path: Path) -> None:
    # the kernel's own full disk
    (tmp_path / "web.log").symlink_to("/dev/full")
    log = LogFile(tmp_path, "web")
    assert log.write(b"lost\n") is False
    assert log.lost_lines == 1
    log.close()

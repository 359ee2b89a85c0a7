"""The list script of folders, run by this machine's GNU find: any name a file can have is told."""

import os
import subprocess
from pathlib import Path

from hosts.podman.folders import _LIST, _from_find

NAMES = [
    b"plain",
    b"new\nline",
    b"-rf",
    b"//x".replace(b"/", b"_"),
    b"not\xffutf8",
    b" ",
    b"'\"$(x)",
]


def test_gnu_find_tells_every_name_kind_and_target(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name in NAMES:
        with open(folder + b"/" + name, "wb") as file:
            file.write(b"12345")
    os.chmod(folder + b"/plain", 0o4750)
    os.utime(folder + b"/plain", (1.0, 1234567890.5))
    os.mkdir(folder + b"/folder")
    os.symlink(b"/some\nwhere", folder + b"/link")
    os.mkfifo(folder + b"/pipe")
    done = subprocess.run(["sh", "-c", _LIST], cwd=tmp_path, capture_output=True, check=True)
    tool, _, told = done.stdout.partition(b"\0")
    assert tool == b"find"
    found = {one.name: one for one in _from_find(told)}
    assert set(found) == {os.fsdecode(name) for name in [*NAMES, b"folder", b"link", b"pipe"]}
    plain = found["plain"]
    assert (plain.kind, plain.size_bytes, plain.mode) == ("file", 5, 0o4750)
    assert (plain.mtime_s, plain.uid) == (1234567890.5, os.getuid())
    assert (found["link"].kind, found["link"].target) == ("link", "/some\nwhere")
    assert (found["folder"].kind, found["pipe"].kind) == ("folder", "pipe")


def test_an_empty_folder(tmp_path: Path) -> None:
    done = subprocess.run(["sh", "-c", _LIST], cwd=tmp_path, capture_output=True, check=True)
    assert _from_find(done.stdout.partition(b"\0")[2]) == []

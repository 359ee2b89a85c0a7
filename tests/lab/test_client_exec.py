"""`haulout exec` and `cp` against a real host: a terminal, pipes, exit codes, files both ways."""

import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.lab.hosts import Host
from tests.lab.test_client import IMAGE, HauloutCommand, haulout, host
from tests.lab.troubled import broken_stack, troubled

__all__ = ["broken_stack", "haulout", "host", "troubled"]

LONG_S = 60.0
# as long as a queue of pipes: a client that does not keep up both ways would stand still
MUCH_BYTES = 3 * 2**20


class Typing:
    """Somebody at a terminal, in which a command runs."""

    def __init__(self, haulout: HauloutCommand, *words: str) -> None:
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            command = haulout.words(*words)
            os.execve(command[0], command, haulout.environ)
        self.seen = b""

    def size(self, columns: int, rows: int) -> None:
        ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def shows(self, text: str) -> None:
        """Wait until it stands there."""
        until = time.monotonic() + LONG_S
        while text.encode() not in self.seen:
            assert select.select([self.terminal], [], [], until - time.monotonic())[0], self.seen
            self.seen += os.read(self.terminal, 65_536)

    def ends(self) -> int:
        """Its exit code."""
        while select.select([self.terminal], [], [], LONG_S)[0]:
            try:
                self.seen += os.read(self.terminal, 65_536)
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def end(self) -> None:
        """However the test ended."""
        os.close(self.terminal)


@pytest.fixture
def box(haulout: HauloutCommand, host: Host) -> str:
    """A running container of that name."""
    haulout.troubled.container(host, "--name", "box", IMAGE, "sleep", "10000")
    return "box"


def test_a_terminal(haulout: HauloutCommand, box: str) -> None:
    """Keys go in raw, its size follows the window's, and its exit code is the shell's."""
    typing = Typing(haulout, "exec", "-it", box, "sh")
    try:
        typing.size(100, 31)
        typing.shows("/ #")
        typing.type("stty size; echo A$((1+1))B\r")
        typing.shows("A2B")
        typing.size(77, 22)
        os.kill(typing.pid, signal.SIGWINCH)
        typing.type("sleep 1; stty size\r")
        typing.shows("22 77")
        # a key for what runs there, not for haulout; the shell takes it too until it has begun
        typing.type("echo E$((3+3))F; sleep 1000\r")
        typing.shows("E6F")
        typing.type("\x03")
        typing.type("echo C$((2+2))D\r")
        typing.shows("C4D")
        typing.type("exit 5\r")
        assert typing.ends() == 5
    finally:
        typing.end()


def test_pipes_and_exit_codes(haulout: HauloutCommand, box: str) -> None:
    assert haulout("exec", box, "echo", "one", "two words") == "one two words\n"
    assert haulout.run("exec", box, "sh", "-c", "exit 9").returncode == 9
    both = haulout.run("exec", box, "sh", "-c", "echo out; echo err >&2; echo more; exit 3")
    assert (both.returncode, both.stdout, both.stderr) == (3, "out\nmore\n", "err\n")
    assert haulout("exec", "-w", "/etc", "-e", "WHO=ada", box, "sh", "-c", "pwd; echo $WHO") == (
        "/etc\nada\n"
    )
    assert haulout("exec", "-i", box, "wc", "-c", given="12345").strip() == "5"
    missing = haulout.run("exec", box, "no-such-command")
    assert missing.returncode == 127
    assert "Traceback" not in missing.stderr
    much = os.urandom(MUCH_BYTES)
    done = subprocess.run(
        haulout.words("exec", "-i", box, "cat"),
        input=much,
        env=haulout.environ,
        capture_output=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout == much) == (0, True), (done.stderr, len(done.stdout))
    assert "-t" in haulout.fails("exec", "-it", box, "sh", code=125)


def test_run_with_a_terminal_and_with_a_pipe(haulout: HauloutCommand, host: Host) -> None:
    """Attached before it starts: its first line is there, and its code is passed on."""
    on = ("-c", host.name, "run", "--rm")
    piped = haulout.run(*on, "-i", IMAGE, "sh", "-c", "wc -c; echo no >&2; exit 4", given="123456")
    assert (piped.returncode, piped.stdout.strip(), piped.stderr) == (4, "6", "no\n")
    assert "-t" in haulout.fails(*on, "-it", IMAGE, "sh", code=125)
    typing = Typing(haulout, *on, "-it", "--name", "inside", IMAGE, "sh")
    try:
        typing.size(91, 27)
        typing.shows("/ #")
        typing.type("stty size; echo A$((1+1))B\r")
        typing.shows("A2B")
        assert b"27 91" in typing.seen
        typing.type("exit 6\r")
        assert typing.ends() == 6
    finally:
        typing.end()
    assert "inside" not in host.podman("ps", "-a")


def test_files_both_ways(haulout: HauloutCommand, host: Host, box: str, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    (folder / "index.html").write_text("hello\n")
    (folder / "deep" / "run").write_text("#!/bin/sh\n")
    (folder / "deep" / "run").chmod(0o755)
    (folder / "link").symlink_to("index.html")
    haulout("cp", str(folder / "index.html"), "box:/tmp/page")
    assert host.podman("exec", "box", "cat", "/tmp/page") == "hello\n"
    haulout("cp", str(folder / "deep" / "run"), "box:/tmp")
    assert host.podman("exec", "box", "stat", "-c", "%a", "/tmp/run").strip() == "755"
    # into a folder that is there, and as one that is not
    haulout("cp", str(folder), "box:/tmp")
    haulout("cp", str(folder), "box:/tmp/new")
    for place in ("/tmp/site", "/tmp/new"):
        assert host.podman("exec", "box", "cat", f"{place}/link") == "hello\n"
    haulout("cp", "box:/tmp/page", str(tmp_path / "back"))
    assert (tmp_path / "back").read_text() == "hello\n"
    back = tmp_path / "out"
    haulout("cp", "box:/tmp/site", str(back))
    assert (back / "deep" / "run").stat().st_mode & 0o777 == 0o755
    assert os.readlink(back / "link") == "index.html"
    back_inside = tmp_path / "there"
    back_inside.mkdir()
    haulout("cp", "box:/tmp/site", str(back_inside))
    assert (back_inside / "site" / "index.html").read_text() == "hello\n"
    assert "no /nowhere" in haulout.fails("cp", "box:/nowhere", str(tmp_path), code=1)
    assert "cannot be read" in haulout.fails("cp", str(tmp_path / "none"), "box:/tmp", code=1)

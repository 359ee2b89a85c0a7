"""Completion in the shells themselves: each is asked for what Tab would give."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.pages.tokens.client_file import client_file

WITHIN_S = 60.0


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Where `haulout` is the file that people download, of somebody who is not signed in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "haulout.pyz").write_bytes(client_file())
    script = f'#!/bin/sh\nexec {sys.executable} {folder}/haulout.pyz "$@"\n'
    (folder / "haulout").write_text(script)
    (folder / "haulout").chmod(0o755)
    (tmp_path / "home").mkdir()
    path = f"{folder}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(tmp_path / "home"), "TERM": "dumb", "LANG": "C.UTF-8"}


def shell(name: str) -> str:
    """Its path."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_fish(environ: dict[str, str]) -> None:
    fish = shell("fish")

    def completed(line: str) -> list[str]:
        script = f"haulout completion fish | source; complete -C '{line}'"
        words = [fish, "--no-config", "-c", script]
        return subprocess.run(
            words, env=environ, capture_output=True, text=True, check=True, timeout=WITHIN_S
        ).stdout.split("\n")

    assert {"login", "logout", "logs"} <= set(completed("haulout lo"))
    assert "fish" in completed("haulout completion f")
    assert completed("haulout nothing-like-it x") == [""]
    # files of this machine, where they are meant
    Path(environ["HOME"], "page.html").touch()
    assert "~/page.html" in completed("haulout cp ~/pa")


class Zsh:
    """Somebody who types."""

    def __init__(self, environ: dict[str, str]) -> None:
        path = shell("zsh")
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.execve(path, [path, "-f", "-i"], environ)
        self.seen = b""

    def type(self, text: str) -> None:
        self.seen = b""
        os.write(self.terminal, text.encode())

    def shows(self, text: str) -> None:
        """Wait until it stands there."""
        until = time.monotonic() + WITHIN_S
        while text.encode() not in self.seen:
            left_s = until - time.monotonic()
            assert left_s > 0, self.seen
            assert select.select([self.terminal], [], [], left_s)[0], self.seen
            self.seen += os.read(self.terminal, 65_536)


@pytest.fixture
def zsh(environ: dict[str, str]) -> Iterator[Zsh]:
    """With haulout's completion."""
    made = Zsh(environ)
    made.type("autoload -Uz compinit; compinit -u -D; source <(haulout completion zsh)\r")
    made.type("print rea''dy\r")
    made.shows("ready")
    yield made
    os.close(made.terminal)
    os.waitpid(made.pid, 0)


def test_zsh(zsh: Zsh, environ: dict[str, str]) -> None:
    # what stands there already is not drawn again
    zsh.type("haulout comp\t")
    zsh.shows("letion ")
    zsh.type("z\t")
    zsh.shows("sh ")
    zsh.type("\x15haulout lo\t\t")
    for name in ("login", "logout", "logs"):
        zsh.shows(name)
    Path(environ["HOME"], "page.html").touch()
    zsh.type("\x15cd\r")
    zsh.type("haulout cp pa\t")
    zsh.shows("ge.html")

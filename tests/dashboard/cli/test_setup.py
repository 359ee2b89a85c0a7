"""`setup`: the first administrator without a browser, and only one of it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.stack import CHECKOUT, clean_environment

PASSWORD = "a long line that nobody guesses"


def setup(data: Path, *words: str, given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "setup", "--data", str(data), *words],
        cwd=CHECKOUT,
        env=clean_environment(),
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_makes_one_administrator_and_no_second(tmp_path: Path, prepared_data: Any) -> None:
    prepared_data(tmp_path / "d")
    words = ("--admin-email", "ada@example.org", "--password-stdin")
    weak = setup(tmp_path / "d", *words, given="12345\n")
    assert weak.returncode == 1
    assert "Traceback" not in weak.stdout

    first = setup(tmp_path / "d", *words, given=PASSWORD + "\n")
    assert first.returncode == 0, first.stdout
    assert "ada@example.org" in first.stdout
    assert PASSWORD not in first.stdout

    second = setup(
        tmp_path / "d", "--admin-email", "eve@example.org", "--password-stdin", given=PASSWORD
    )
    assert second.returncode == 1
    assert "already an administrator" in second.stdout

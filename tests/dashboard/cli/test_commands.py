"""`manage.py help` names Haulout's commands, in the order one needs them, and no others."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import load_command_class

from dashboard.cli.commands import ORDER
from tests.stack import CHECKOUT, clean_environment


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_help_names_our_commands(tmp_path: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), *words],
        cwd=CHECKOUT,
        env=clean_environment(HAULOUT_DATA=str(tmp_path / "data")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines][:3] == ["up", "setup", "user"]
    files = (CHECKOUT / "dashboard/management/commands").glob("[a-z]*.py")
    assert {line[0] for line in lines} == {file.stem for file in files}
    assert all(len(line) > 3 for line in lines)  # each says what it does


def test_no_command_waits_for_checks_of_all_pages() -> None:
    """Django's load every page; a command of ours that needs one loads that."""
    loaded = {name: load_command_class("dashboard", name) for name in (*ORDER, "oidc")}
    assert [name for name, found in loaded.items() if found.requires_system_checks != []] == []

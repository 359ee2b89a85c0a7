"""Python is formatted, linted and typed as pyproject.toml says, what browsers load as biome.jsonc says."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def tool(*words: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", *words)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_linted() -> None:
    done = tool("ruff", "check", "--output-format", "concise", ".")
    assert done.returncode == 0, done.stdout


def test_formatted() -> None:
    done = tool("ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


def test_typed() -> None:
    done = tool("mypy")
    assert done.returncode == 0, done.stdout


def biome() -> str:
    """The program for this system that npm brought; it needs no Node."""
    found = sorted(CHECKOUT.glob("node_modules/@biomejs/cli-*/biome*"))
    assert found, "biome is missing: python3 -m dashboard.bootstrap test fetches it"
    return str(found[0])


def test_scripts_and_style_sheets() -> None:
    done = run(biome(), "check", "--error-on-warnings", "--colors=off", "--max-diagnostics=none")
    assert done.returncode == 0, done.stdout

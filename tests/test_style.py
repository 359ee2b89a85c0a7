"""Python is formatted, linted and typed as pyproject.toml says, what browsers load as biome.jsonc
says. Templates are linted, indented, and laid out one element a line.
"""

import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
TEMPLATES = CHECKOUT / "templates"
LONGEST = 160  # of a template's line, its indentation aside
# elements that stand on a line of their own in a page too: white space round them shows nowhere
_BLOCK = re.compile(
    r"<(?:article|aside|blockquote|body|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer"
    r"|form|h[1-6]|head|header|hr|html|legend|li|main|nav|ol|p|section|summary|table|tbody|td|tfoot|th|thead"
    r"|tr|ul)\b"
)


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


def test_templates_linted() -> None:
    done = tool("djlint", "--lint", "--quiet", "templates")
    assert done.returncode == 0, done.stdout


def test_templates_indented() -> None:
    done = tool("djhtml", "--check", "--tabwidth", "2", "templates")
    assert done.returncode == 0, f"{done.stdout}\npython -m djhtml --tabwidth 2 templates mends it"


def test_templates_one_element_a_line() -> None:
    crowded = [
        f"{file.relative_to(CHECKOUT)}:{number}"
        for file in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if len(line.strip()) > LONGEST or len(_BLOCK.findall(line)) > 1
    ]
    assert crowded == [], "\n".join(crowded)

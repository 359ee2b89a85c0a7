"""Lock files pin versions and hashes, and hold no addresses: everybody's own mirror must serve."""

import json
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-node.txt")


@pytest.mark.parametrize("name", [*LOCKS, "package-lock.json"])
def test_holds_no_address(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    if name.endswith(".json"):
        # where a package's makers ask for support is no place to fetch from
        packages = json.loads(text)["packages"].values()
        text = "\n".join(str(package.get("resolved", "")) for package in packages)
    assert not re.findall(r"(?:https?|git|ssh|file)://\S+", text)
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_its_hash(name: str) -> None:
    joined = (CHECKOUT / name).read_text().replace("\\\n", " ")
    lines = [
        line for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")
    ]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._\[\],-]+==\S+", line), line
        assert "--hash=sha256:" in line, line


def test_every_browser_module_has_its_hash() -> None:
    packages = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]
    assert all(package["integrity"] for name, package in packages.items() if name)


def test_every_direct_requirement_says_why() -> None:
    lines = (CHECKOUT / "requirements.in").read_text().splitlines()
    silent = [
        line for line in lines if line and not line.startswith(("#", "-")) and "#" not in line
    ]
    assert not silent

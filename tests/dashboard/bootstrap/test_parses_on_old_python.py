"""An old Python must be able to read the bootstrap, or it could not say what is wrong."""

import ast
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
FILES = [
    CHECKOUT / "manage.py",
    CHECKOUT / "dashboard" / "__init__.py",
    *sorted((CHECKOUT / "dashboard" / "bootstrap").glob("*.py")),
]
# what Python 3.6's library has not: new arguments and names that its grammar would not notice
TOO_NEW = (
    "capture_output=",
    "text=True",
    "from __future__ import annotations",
    "removeprefix",
    "removesuffix",
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_parses_and_uses_no_newer_names(path: Path) -> None:
    source = path.read_text()
    ast.parse(source, feature_version=(3, 6))
    assert not [name for name in TOO_NEW if name in source]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_imports_the_standard_library_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            if name == "dashboard.cli" and path.name == "manage.py":
                continue  # the rest of Haulout, after the environment is ready
            assert name.split(".")[0] in sys.stdlib_module_names or name.startswith(
                "dashboard.bootstrap"
            ), name

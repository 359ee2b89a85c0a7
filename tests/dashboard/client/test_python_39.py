"""The command line runs on its users' machines: Python 3.9 reads it, and it needs nothing else."""

import ast
import io
import sys
import zipfile
from pathlib import Path

import pytest

from dashboard import client
from dashboard.pages.tokens.client_file import client_file

FILES = sorted(Path(str(client.__file__)).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_python_39_reads_it(file: Path) -> None:
    tree = ast.parse(file.read_text(), feature_version=(3, 9))
    names = {
        (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        if isinstance(node, ast.Import) or not node.level
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))


def test_one_file_with_everything() -> None:
    with zipfile.ZipFile(io.BytesIO(client_file())) as archive:
        names = set(archive.namelist())
    assert names == {"__main__.py", *(f"haulout/{file.name}" for file in FILES)}
    assert client_file().startswith(b"#!/usr/bin/env python3\n")

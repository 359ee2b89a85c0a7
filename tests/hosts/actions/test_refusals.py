"""What people write is taken, or refused in words; nothing else comes out of a reader."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.middleware import Refusals
from hosts.actions.run.table import FIELDS
from hosts.guardrails.kinds import KINDS
from hosts.refusals import Refusal

CHECKOUT = Path(__file__).resolve().parents[3]
READERS: dict[str, Callable[[str], Any]] = {name: one.read for name, one in FIELDS.items()}
READERS |= {
    f"{kind.name}.{setting.name}": setting.read
    for kind in KINDS.values()
    for setting in kind.settings
}
# what the fields are made of, so that more than the first sign is read
PIECES = [
    *"0123456789:-/.=,[]{}()<>;+@%*\"'\\ \n\t\0aZé٣",
    *("type=", "tcp", "256.1", "::1", "nofile=", "keep-id", "bind", "/dev/sda:", "source=", "1e9"),
    *("9" * 30, "-1", "1m", "net.core.x=", "SIGTERM", "CAP_", "b 1:2 rwm", "uid=", "mode=07"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=40)


# a machine that is busy is slow at making texts too
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(READERS)), TEXTS)
def test_any_text_is_taken_or_refused_in_words(name: str, text: str) -> None:
    said = "taken"
    try:
        READERS[name](text)
    except Refusal as refused:
        said = str(refused).strip()
    assert said


def test_a_page_that_shows_no_refusals_tells_it_all_the_same() -> None:
    said = "The disk is full. Remove something."
    with pytest.raises(PermissionDenied, match=said):
        Refusals(lambda _request: HttpResponse()).process_exception(HttpRequest(), Refusal(said))


def test_no_words_for_people_are_in_an_error_of_pythons_own() -> None:
    """It would be a 500, without them."""
    found = []
    for top in ("dashboard", "hosts", "accounts", "audit"):
        for path in (CHECKOUT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    raised = ast.unparse(node.exc.func)
                    words = "_(" in ast.unparse(node.exc) or "_now(" in ast.unparse(node.exc)
                    if raised in ("ValueError", "TypeError", "RuntimeError", "Exception") and words:
                        found.append(f"{path.relative_to(CHECKOUT)}:{node.lineno}")
    assert found == []

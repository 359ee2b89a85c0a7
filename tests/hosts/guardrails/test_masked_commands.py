"""Secrets in commands: hidden by name, letter and place; what only looks like one stays, and so does what
runs.
"""

import json
import shlex

import pytest

from hosts.guardrails import masked
from tests.hosts.guardrails.secret_commands import CALM, CODE, SECRET, WORD

_IN_SHELL = set("$`|;&<>")


@pytest.mark.parametrize("typed", SECRET)
def test_the_value_alone_is_hidden_in_a_line(typed: str) -> None:
    shown = masked.line(typed)
    assert WORD not in shown
    before, _word, after = typed.partition(WORD)
    assert shown.startswith(f"{before}•••"), shown
    # all behind it but the rest of the value itself
    rest = after.removeprefix(" and more")
    assert shown.endswith(f"•••{rest}"), shown


@pytest.mark.parametrize("typed", CALM)
def test_what_only_looks_like_one_stays_in_a_line(typed: str) -> None:
    assert masked.line(typed) == typed


@pytest.mark.parametrize("typed", [one for one in SECRET if not _IN_SHELL & set(one)])
def test_the_value_alone_is_hidden_in_a_list(typed: str) -> None:
    given = shlex.split(typed)
    shown = masked.arguments(given)
    assert WORD not in " ".join(shown)
    assert len(shown) == len(given)
    # one of them is another, and keeps what stands before the value
    [changed] = [n for n, one in enumerate(shown) if one != given[n]]
    assert shown[changed].startswith(given[changed].partition(WORD)[0])


@pytest.mark.parametrize("typed", [one for one in CALM if not _IN_SHELL & set(one)])
def test_what_only_looks_like_one_stays_in_a_list(typed: str) -> None:
    given = shlex.split(typed)
    assert masked.arguments(given) == given


@pytest.mark.parametrize("typed", [one for one in SECRET if "|" not in one])
def test_the_same_in_each_way_that_a_containerfile_says_it(typed: str) -> None:
    head = "FROM quay.io/x/y:1\n"
    for said in (f"RUN {typed}", f"RUN true && \\\n    {typed}", f"HEALTHCHECK CMD {typed}"):
        shown = masked.containerfile(f"{head}{said}\nUSER 7\n")
        assert WORD not in shown
        assert shown == f"{head}{said.partition(typed)[0]}{masked.line(typed)}\nUSER 7\n"
    if not _IN_SHELL & set(typed):
        given = json.dumps(["x", "y", *shlex.split(typed)][2:])
        shown = masked.containerfile(f"{head}ENTRYPOINT {given}\n")
        wanted = json.dumps(masked.arguments(shlex.split(typed)), ensure_ascii=False)
        assert shown == f"{head}ENTRYPOINT {wanted}\n"


@pytest.mark.parametrize("typed", CALM)
def test_what_only_looks_like_one_stays_in_a_containerfile(typed: str) -> None:
    text = f"FROM quay.io/x/y:1\nRUN {typed}\nUSER 7\n"
    assert masked.containerfile(text) == text


@pytest.mark.parametrize(("typed", "wanted"), CODE)
def test_what_runs_is_never_hidden(typed: str, wanted: str) -> None:
    """Who approves would say yes to what they do not see."""
    assert masked.line(f"serve {typed}") == f"serve {wanted}"
    text = "FROM quay.io/x/y:1\nRUN serve {}\n"
    assert masked.containerfile(text.format(typed)) == text.format(wanted)


def test_there_are_enough_of_both() -> None:
    assert len(SECRET) >= 60
    assert len(CALM) >= 40

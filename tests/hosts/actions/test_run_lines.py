"""Lines from the READMEs of well-known projects: what each becomes, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest

from hosts.actions.run.pasted_line import read
from hosts.actions.run.run_spec import params_of, run_line
from hosts.actions.run.table import FIELDS
from hosts.refusals import Refusal

LINES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "run_lines.json").read_text()
)


def problems(texts: dict[str, str]) -> dict[str, str]:
    """What the fields say against their texts."""
    found = {}
    for name, text in texts.items():
        try:
            FIELDS[name].read(text)
        except Refusal as exc:
            found[name] = str(exc)
    return found


@pytest.mark.parametrize("one", LINES, ids=lambda one: one["name"])
def test_a_real_line(one: dict[str, Any]) -> None:
    line = read(one["line"])
    assert line.texts() == one["fields"]
    assert line.many["environment"] == one.get("environment", [])
    assert line.left_out == one.get("left_out", [])
    assert [reason.partition(":")[0] for reason in line.reasons] == one.get("reasons", [])
    assert line.notes == one.get("notes", [])
    assert problems(line.texts()) == one.get("problems", {})


@pytest.mark.parametrize(
    "one", [one for one in LINES if "problems" not in one], ids=lambda one: one["name"]
)
def test_written_as_a_line_of_ours_it_reads_the_same(one: dict[str, Any]) -> None:
    params = params_of(read(one["line"]).texts())
    assert params_of(read(run_line(params, [])).texts()) == params


def test_there_are_fifty() -> None:
    assert len({one["line"] for one in LINES}) >= 50

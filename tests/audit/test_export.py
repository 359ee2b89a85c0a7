"""Exports: nothing runs in a spreadsheet, no line is faked, the bytes are the stored ones (T19)."""

import csv
import hashlib
import io

import orjson
import pytest
from django.db.models import Q

from audit import write
from audit.export import BATCH, csv_lines, json_lines, neutral
from audit.queries import Filters
from audit.shapes import Target, Who

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "  =1+1",
    "\n=1+1",
    "\r\n=1+1",
    "'=1+1",
    '"=1+1',
    "|calc",
    "%0A=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '=HYPERLINK("http://evil.example","click")',
]
PLAIN = [
    "shop-web",
    "docker.io/library/nginx:1.27",
    "role lacks container.stop",
    "a=b",
    "5 - 3",
    "",
]


def runs(cell: str) -> bool:
    """True when a spreadsheet could take the cell for a formula."""
    inner = cell.lstrip(" \t\n\r'\"")
    return bool(inner) and inner[0] in "=+-@|%＝＋－＠" and cell[0] != "'"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str) -> None:
    assert str(neutral(text)).startswith("'")


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_stays(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", [*FORMULAS, 'x","y', "x\n2,forged,line", "x\r\n9", "x\x0b9", "x\u20289"]
)
def test_every_cell_is_neutral_and_every_line_is_one(text: str) -> None:
    who = Who(text, user_id=1, token=text, address=text, forwarded_for=text, door=text[:20])
    target = Target(text[:20], text, text, 1, text, 2, text)
    number = write.intent(who, text[:20], target, params={"image": text}, grant=text)
    write.outcome(number, "failed", detail=text)
    lines = list(csv_lines(Filters(), visible=None))
    assert len(lines) == 2
    assert lines[1].count(b"\n") == 1
    assert lines[1].endswith(b"\r\n")
    cells = next(csv.reader(io.StringIO(lines[1].decode(), newline="")))
    assert len(cells) == len(next(csv.reader([lines[0].decode("utf-8-sig")])))
    assert not [cell for cell in cells if runs(cell)]
    assert all(len(line.splitlines()) == 1 for line in json_lines(Filters(), visible=None))


@pytest.mark.django_db
def test_json_lines_hold_the_stored_bytes(alice: Who, web: Target) -> None:
    number = write.intent(alice, "container.stop", web)
    write.outcome(number, "ok")
    (line,) = json_lines(Filters(), visible=None)
    start = line.index(b'"entry":') + len(b'"entry":')
    data = line[start : line.index(b',"hash"')]
    assert hashlib.sha256(data).hexdigest() == orjson.loads(line)["hash"]
    assert orjson.loads(line)["outcome"]["result"] == "ok"


@pytest.mark.django_db
def test_more_than_one_batch_and_only_what_is_visible(alice: Who, web: Target) -> None:
    write.intents([write.IntentItem(alice, "container.stop", web)] * (BATCH + 3))
    assert sum(1 for _ in csv_lines(Filters(), visible=None)) == BATCH + 4
    assert sum(1 for _ in csv_lines(Filters(), visible=Q(host_id=99))) == 1

"""The audit log for programs: searched as in the page, and copied as JSON lines."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from audit import queries, write
from audit.export import json_page
from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.problems import field_error
from dashboard.furniture.log.search import read
from dashboard.live import filterline
from hosts.access import Person, require, visible_entries

router = Router(tags=["audit"])
VERB, EXPORT = "audit.read", "audit.export"
LOG = Target(kind="audit", name="audit log")


class SearchQuery(Schema):
    """Which lines: newest first, below `before`."""

    q: str = Field(
        "", max_length=filterline.MAX_LENGTH, description="Filter line, as on the audit page"
    )
    before: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(100, ge=1, le=1000)


class EntryOut(Schema):
    """One entry: the request and its outcome."""

    number: int
    at: datetime
    kind: str
    who: str
    token: str
    address: str
    door: str
    verb: str
    target_kind: str
    target_id: str
    target_name: str
    host: str
    endpoint: str
    params: dict[str, Any]
    grant: str
    job_id: int | None
    count: int
    result: str
    detail: str
    duration_ms: int | None


class Entries(Schema):
    """A page of the log; `before` of the next one, or null."""

    items: list[EntryOut]
    before: int | None


def _filters(request: HttpRequest, q: str) -> tuple[Person, queries.Filters]:
    person = person_of(request)
    require(person, VERB, LOG)
    found = read(q.replace("\x00", " "))
    if found.troubles:
        raise field_error("q", " ".join(found.troubles))
    return person, found.filters


@router.get("/audit", response=Entries, summary="Search the audit log")
def search(request: HttpRequest, asked: Query[SearchQuery]) -> Any:
    """Entries about places of the token, newest first."""
    person, filters = _filters(request, asked.q)
    visible = visible_entries(person)
    page = queries.search(filters, visible=visible, before=asked.before, limit=asked.limit)
    return {"items": [_out(line) for line in page.lines], "before": page.before}


def _out(line: queries.Line) -> dict[str, Any]:
    entry, last = line.entry, line.last
    same = (
        *("number", "at", "kind", "token", "address", "door", "verb", "target_kind", "target_id"),
        *("target_name", "params", "grant", "job_id", "count"),
    )
    return {name: getattr(entry, name) for name in same} | {
        "who": entry.who_name,
        "host": entry.host_name,
        "endpoint": entry.endpoint_name,
        "result": line.result,
        "detail": last.detail,
        "duration_ms": last.duration_ms,
    }


@router.get(
    "/audit/export",
    summary="Export the audit log as JSON lines",
    openapi_extra={
        "responses": {
            200: {"description": "JSON lines", "content": {"application/jsonl": {"schema": {}}}}
        }
    },
)
def export(request: HttpRequest, asked: Query[SearchQuery]) -> HttpResponse:
    """The exact bytes of the chain, newest first. Send the header Haulout-Before as `before` to get
    more; without it there are no more. The export is itself an entry.
    """
    person, filters = _filters(request, asked.q)
    with transaction.atomic():
        write.event(
            person.who, EXPORT, LOG, params={"limit": asked.limit, "filters": {"q": asked.q}}
        )
    lines, before = json_page(
        filters, visible=visible_entries(person), before=asked.before, limit=asked.limit
    )
    answer = HttpResponse(lines, content_type="application/jsonl")
    if before is not None:
        answer["Haulout-Before"] = str(before)
    return answer

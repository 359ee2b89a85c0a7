"""Lists: the filter line of the pages, a sort, and pages by cursor."""

import base64
import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from audit.shapes import Target
from dashboard.api.problems import field_error
from dashboard.live import filterline
from dashboard.live.figures import permitted
from dashboard.live.spec import ListSpec
from dashboard.live.view import ordered, to_q
from hosts.access import Person, objects_with, require


class ListQuery(Schema):
    """What part of a list is asked for."""

    q: str = Field(
        "", max_length=filterline.MAX_LENGTH, description="Filter line, as on the list pages"
    )
    sort: str = Field(
        "", max_length=40, description="Sort key of the list; a leading - reverses it"
    )
    limit: int = Field(100, ge=1, le=500)
    cursor: str = Field("", max_length=300, description="`next` from the previous page")


class FollowedQuery(ListQuery):
    """A list that can be followed."""

    follow: bool = Field(
        False, description="JSON lines that go on: what is there, then each change as it comes"
    )


def page_of(spec: ListSpec, person: Person, asked: ListQuery) -> dict[str, Any]:
    """{"items": rows, "next": cursor or ""}. Problem 422 for what the line or the sort cannot mean. Denied.

    Without a sort rows come by number, and none is skipped or repeated while others come and go.
    With a sort, pages are counted.
    """
    if not spec.open_to(person):
        require(person, spec.verb, Target(kind="list", name=spec.name))
    terms = filterline.parse(asked.q.replace("\x00", " "))
    condition, troubles = to_q(spec, terms)
    if troubles:
        raise field_error("q", " ".join(troubles))
    rows = spec.base(person).filter(condition, permitted(spec, person, terms))
    after = _number_of(asked.cursor)
    if not asked.sort:
        found, follows = _by_number(rows, asked.limit, after)
    elif asked.sort.removeprefix("-") in spec.sorts and asked.sort.count("-") < 2:
        figures = spec.figures
        if figures and figures.asked(asked.sort, ()):
            # an order would tell those what others use who may not see it
            rows = rows.filter(objects_with(person, figures.verb))
        walked = ordered(spec, rows, asked.sort)
        found = list(walked[after : after + asked.limit + 1])
        follows = after + asked.limit
    else:
        known = ", ".join(sorted(spec.sorts))
        raise field_error("sort", _("Use one of: %(known)s.") % {"known": known})
    more = len(found) > asked.limit
    return {"items": found[: asked.limit], "next": _cursor_of(follows) if more else ""}


def _by_number(rows: QuerySet[Any], limit: int, after: int) -> tuple[list[Any], int]:
    found = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    return found, found[limit - 1].pk if len(found) > limit else 0


def _cursor_of(number: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(number).encode()).decode()


def _number_of(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, RecursionError):
        number = None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**63:
        raise field_error("cursor", _("This cursor is not one that Haulout returned."))
    return number

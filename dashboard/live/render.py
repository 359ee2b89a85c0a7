"""Rows to HTML. The first page and every later change use the same template through here."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import get_template

from dashboard.live.grouping import GroupHead
from dashboard.live.spec import ListSpec
from dashboard.live.visibility import verbs_for
from hosts.access import Person


def row_html(spec: ListSpec, row: Any, person: Person) -> str:
    """One row of the list with the verbs held there: the same for all who share its visibility.

    Holds no token and no person's name.
    """
    context = {
        "row": row,
        "verbs": verbs_for(person, row),
        "spec": spec,
        "mark": mark_of(spec, row),
    }
    if isinstance(row, GroupHead):
        return get_template(spec.group_template).render(context).strip()
    return get_template(spec.row_template).render(context).strip()


def mark_of(spec: ListSpec, row: Any) -> str:
    """The fingerprint of a row, or of a group's head."""
    return row.mark if isinstance(row, GroupHead) else spec.fingerprint(row)


def rows_html(spec: ListSpec, rows: Iterable[Any], person: Person) -> list[str]:
    """row_html of several rows."""
    return [row_html(spec, row, person) for row in rows]

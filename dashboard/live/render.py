"""Rows to HTML. The first page and every later change use the same template through here."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import get_template

from dashboard.live.grouping import GroupHead
from dashboard.live.spec import ListSpec


def row_html(spec: ListSpec, row: Any, verbs: frozenset[str]) -> str:
    """One row of the list, for people who have these verbs. Holds no token and no person's name."""
    context = {"row": row, "verbs": verbs, "spec": spec, "mark": mark_of(spec, row)}
    if isinstance(row, GroupHead):
        return get_template(spec.group_template).render(context).strip()
    return get_template(spec.row_template).render(context).strip()


def mark_of(spec: ListSpec, row: Any) -> str:
    """The fingerprint of a row, or of a group's head."""
    return row.mark if isinstance(row, GroupHead) else spec.fingerprint(row)


def rows_html(spec: ListSpec, rows: Iterable[Any], verbs: frozenset[str]) -> list[str]:
    """row_html of several rows."""
    return [row_html(spec, row, verbs) for row in rows]

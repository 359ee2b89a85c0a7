"""Rows to HTML. The first page and every later change use the same template through here."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.template.loader import get_template
from django.utils.translation import get_language

from dashboard.live.grouping import GroupHead
from dashboard.live.lock_marks import lock_mark
from dashboard.live.row_cache import RowCache
from dashboard.live.spec import ListSpec
from dashboard.live.visibility import verbs_for
from hosts.access import Person, verbs_at, visibility_key

_drawn = RowCache()


def row_html(spec: ListSpec, row: Any, person: Person) -> str:
    """One row of the list with the verbs held there, the same for all with equal visibility.

    Holds no token and no person's name.
    """
    if spec.drawn_from is None or isinstance(row, GroupHead):
        return _draw(spec, row, person)
    look = (mark_of(spec, row, person), spec.drawn_from(row), visibility_key(person))
    key = (spec.name, row.pk, get_language(), *look)
    return _drawn.get(key, lambda: _draw(spec, row, person))


def _draw(spec: ListSpec, row: Any, person: Person) -> str:
    verbs = verbs_for(person, row)
    context = {
        "row": row,
        "verbs": verbs,
        "denied": denied_here(spec, person, verbs),
        "spec": spec,
        "mark": mark_of(spec, row, person),
    }
    if isinstance(row, GroupHead):
        return get_template(spec.group_template).render(context).strip()
    return get_template(spec.row_template).render(context).strip()


def denied_here(spec: ListSpec, person: Person, verbs: frozenset[str]) -> list[str]:
    """Verbs of the bulk bar that the person holds elsewhere but not where the row is."""
    subject = spec.verb.partition(".")[0]
    missing = {bulk.name for bulk in spec.bulk if f"{subject}.{bulk.name}" not in verbs}
    if not missing:
        return []
    anywhere = verbs_at(person)
    return sorted(name for name in missing if f"{subject}.{name}" in anywhere)


def mark_of(spec: ListSpec, row: Any, person: Person) -> str:
    """The fingerprint of a row or a group's head. It differs where other verbs are held.

    When rights change, an open page must lose buttons: its old marks no longer match.
    """
    mark = row.mark if isinstance(row, GroupHead) else f"{spec.fingerprint(row)}{lock_mark(row)}"
    held = hashlib.blake2b(visibility_key(person).encode(), digest_size=4).hexdigest()
    return f"{mark}.{held}"


def rows_html(spec: ListSpec, rows: Iterable[Any], person: Person) -> list[str]:
    """row_html of several rows."""
    return [row_html(spec, row, person) for row in rows]

"""Both lists on which somebody decides: requests for access, and approvals of jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import KEY, any_contains, equals, one_of
from dashboard.words import Words
from hosts.access import Person
from hosts.models import AccessRequest

QUICK = ((_("All"), ""), (_("Waiting"), "state:asked"), (_("Approved"), "state:approved"))


@dataclass(frozen=True, slots=True)
class DecisionList:
    """What one of the lists has of its own. `asked_by`: field that names who asked. `text`: further
    fields that plain words search. `fourth`: heading of the fourth column.
    """

    name: str
    noun: tuple[Words, Words]
    base: Callable[[Person], QuerySet[Any]]
    states: Any
    asked_by: str
    tokens: tuple[Token, ...]
    text: tuple[str, ...]
    fourth: Words
    topics: frozenset[str]
    fingerprint: Callable[[Any], str]
    prepare: Callable[[Any, Person], None]
    empty: dict[str, Words]


def own_rows(person: Person) -> bool:
    """Each sees their own rows, shared with nobody."""
    return True


def list_of(its: DecisionList) -> ListSpec:
    """The list, registered; its rows are drawn by <name>/row.html."""
    states = {state.value: Q(state=state.value) for state in its.states}
    return register(
        ListSpec(
            name=its.name,
            verb="",
            personal=own_rows,
            noun=its.noun,
            base=its.base,
            tokens=(
                one_of("state", _("waiting or asked; approved, refused, …"), states),
                equals("by", _("who asked"), its.asked_by),
                *its.tokens,
                equals("decided", _("who decided"), "decided_by_name"),
                KEY,
            ),
            text=any_contains(its.asked_by, *its.text),
            columns=(
                Column("name", _("What")),
                Column("small", _("Who asked"), rank=2),
                Column("state", _("State")),
                Column("middle", _("Why"), rank=2),
                Column("host", its.fourth, rank=2),
                Column("since", _("Asked"), "-newest", rank=3),
                Column("acts", ""),
            ),
            sorts={"newest": ("id",)},
            default_sort="-newest",
            row_template=f"{its.name}/row.html",
            topics=its.topics,
            fingerprint=its.fingerprint,
            prepare=its.prepare,
            empty=its.empty,
        )
    )


def notice_list(
    name: str,
    things: Callable[[Person], list[Any]],
    *,
    template: str,
    personal: Callable[[Person], bool] = own_rows,
    fingerprint: Callable[[Any], str],
) -> ListSpec:
    """A list that no page shows. The frame shows its rows as messages (static/js/notices.js)."""
    return register(
        ListSpec(
            name=name,
            verb="",
            personal=personal,
            noun=(_("request"), _("requests")),
            base=lambda person: AccessRequest.objects.none(),
            tokens=(),
            text=lambda value: Q(),
            columns=(),
            sorts={"newest": ("pk",)},
            default_sort="newest",
            row_template=template,
            topics=frozenset({"access"}),
            fingerprint=fingerprint,
            things=things,
        )
    )

"""Columns, sorts, tokens and marks that the lists of pods, images, volumes and networks share."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.running_jobs import with_jobs
from dashboard.live.by_host import BY_HOST
from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import GROUP, HOST, KEY, LABEL, USER, any_contains, contains
from dashboard.live.visibility import scope_to_visible
from dashboard.words import Words
from hosts.models import INVENTORY

NAME = Column("name", _("Name"), "name")
WHERE = Column("host", _("Host"), "host", rank=2)
CREATED = Column("since", _("Created"), "-created", rank=3)
BY_NAME = ("name", "id")
BY_CREATED = ("created_at", "id")


def mark(row: Any) -> str:
    """Equal marks look equal: the row as written, and how its endpoint stands.

    `prepare` may set `look` for what it adds from elsewhere.
    """
    look = getattr(row, "look", "")
    return f"{row.revision}.{row.changed_at.timestamp()}.{row.endpoint.state}{look}"


def object_list(
    *,
    kind: str,
    noun: tuple[Words, Words],
    tokens: tuple[Token, ...],
    columns: tuple[Column, ...],
    empty: dict[str, Words],
    sorts: dict[str, tuple[str, ...]] | None = None,
    topics: frozenset[str] = frozenset(),
    **more: Any,
) -> ListSpec:
    """A registered list of one kind of object, with what all kinds have. One row of it is also
    PLURAL-head and PLURAL-summary, the live parts of its own page.
    """
    plural, model = f"{kind}s", INVENTORY[kind]
    spec = register(
        ListSpec(
            name=plural,
            verb=f"{kind}.view",
            noun=noun,
            base=lambda person: scope_to_visible(
                model.objects.select_related("endpoint__host"), person
            ),
            tokens=(*tokens, contains("name", _("part of the name"), "name"), *COMMON),
            text=any_contains("name", "podman_id"),
            columns=columns,
            sorts={"name": BY_NAME, "created": BY_CREATED, "host": BY_NAME, **(sorts or {})},
            walks={"host": BY_HOST},
            default_sort="name",
            row_template=f"{plural}/row.html",
            topics=topics | {plural, "hosts"},
            fingerprint=mark,
            empty=empty,
            **more,
        )
    )
    top = replace(
        spec, name=f"{plural}-head", row_template="objects/head.html", bulk=(), columns=()
    )
    register(with_jobs(top, kind))
    register(replace(top, name=f"{plural}-summary", row_template=f"{plural}/summary.html"))
    return spec


ID = Token("id", _("start of the id"), lambda value: Q(podman_id__startswith=value))
COMMON = (HOST, GROUP, LABEL, USER, ID, KEY)

"""A preview for a page: the difference that a change makes, or why it cannot be made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.errors import AccountsError, NotPermitted
from audit import write
from audit.shapes import Target
from hosts.access import Denied, Person, visible_objects
from hosts.access.preview import Preview, preview
from hosts.actions.access.grant_options import GrantOptions
from hosts.models import Container, Endpoint
from hosts.models.inventory import LIVE
from hosts.refusals import FieldRefusal

_NAMED = 5


@dataclass
class ChangePreview:
    """Context of parts/change_preview.html. `troubles`: why it cannot be saved as it is."""

    preview: Preview | None = None
    troubles: list[str] = field(default_factory=list)
    matching: "MatchingContainers | None" = None


@dataclass(frozen=True)
class MatchingContainers:
    """Containers that a narrowed grant would concern now; the first by name and host."""

    count: int
    names: list[str]


def preview_change(
    person: Person, change: Callable[[], object], affected: Iterable[int]
) -> ChangePreview:
    """What `change` would mean. Denied, with its entry in the log, when they may not make it."""
    try:
        return ChangePreview(preview(change, affected))
    except (Denied, NotPermitted) as refusal:
        # the one of the change itself was rolled back with it
        target = Target(kind="access", name="preview")
        write.refusal(person.who, refusal.verb, target, reason="asked what it would change")
        raise Denied(refusal.verb) from refusal
    except ValidationError as problem:
        return ChangePreview(troubles=list(problem.messages))
    except (FieldRefusal, AccountsError) as trouble:
        return ChangePreview(troubles=[str(trouble)])


def matching_containers(person: Person, wanted: GrantOptions) -> MatchingContainers | None:
    """The containers there that fit its narrowing, of those that this person sees; None without one."""
    if wanted.narrowing is None:
        return None
    rows = Container.objects.filter(LIVE, visible_objects(person, "container"))
    if wanted.endpoint or wanted.host or wanted.group:
        there = Endpoint.objects.order_by()
        if wanted.endpoint:
            there = there.filter(pk=wanted.endpoint.pk)
        elif wanted.host:
            there = there.filter(host=wanted.host)
        else:
            there = there.filter(host__groups=wanted.group)
        rows = rows.filter(endpoint__in=there.values("pk"))
    rows = rows.filter(wanted.narrowing.condition())
    first = rows.select_related("endpoint__host").order_by("name", "id")[:_NAMED]
    names = [_("%(name)s on %(host)s") % {"name": r.name, "host": r.endpoint} for r in first]
    return MatchingContainers(rows.order_by().count(), names)


def dialog(
    title: str,
    action: str,
    verb: str,
    what: ChangePreview,
    *,
    takes: bool = False,
    words: str = "",
    losses: Iterable[str] = (),
    **fields: Any,
) -> dict[str, Any]:
    """Context of parts/change_dialog.html: a question with what it changes, and the button that does it.

    `takes`: something is lost by it. `words`: what else there is to know. `losses`: what ends, one
    by one. `fields`: sent with it.
    """
    context = {"title": title, "action": action, "verb": verb, "shown": what, "fields": fields}
    return context | {"takes": takes, "words": words, "losses": [] if what.troubles else losses}


def ask_first(
    request: HttpRequest,
    title: str,
    action: str,
    verb: str,
    what: ChangePreview | None = None,
    **more: Any,
) -> HttpResponse:
    """The dialog that comes before something is lost; `more` as `dialog` takes it."""
    context = dialog(title, action, verb, what or ChangePreview(), takes=True, **more)
    return render(request, "parts/change_dialog.html", context)

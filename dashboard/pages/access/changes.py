"""What the pages of teams, roles and grants share: the check of a verb, and the answer to a change."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.errors import AccountsError, NotPermitted
from audit.shapes import Target
from dashboard.furniture.forms import RefusalForm
from dashboard.furniture.places import Link, Place, places
from dashboard.live.page import list_page
from dashboard.live.spec import ListSpec
from dashboard.person import person_of
from hosts import bells
from hosts.access import Denied, Person, allows, require
from hosts.refusals import FieldRefusal

VIEW, EDIT = "access.view", "access.edit"


def require_verb(
    request: HttpRequest, verb: str, *, kind: str = "access", name: str = ""
) -> Person:
    """The person who asks. Raises Denied, and writes an audit entry, without the verb."""
    person = person_of(request)
    require(person, verb, Target(kind=kind, name=name))
    return person


def access_list(
    request: HttpRequest, spec: ListSpec, word: str, *, add: tuple[str, str]
) -> HttpResponse:
    """The page of one of the lists. `add`: route and words of the button for who may change access."""
    extra: dict[str, Any] = {"tab": spec.name, "word": word}
    if allows(person_of(request), EDIT):
        route, words = add
        button = Link("add", EDIT, words, "plus", places(Place.LIST), page_name=route, primary=True)
        extra |= {"buttons": [button], "empty_url": reverse(route), "empty_action": words}
    return list_page(request, spec, "access/list.html", extra)


def apply_change(
    request: HttpRequest, change: Callable[[], str], *, form: RefusalForm | None = None
) -> bool:
    """Make the change, say so, and return True. An error goes beside its field or into a message.

    Raises Denied.
    """
    try:
        words = change()
    except NotPermitted as refusal:
        raise Denied(refusal.verb) from refusal
    except ValidationError as problem:
        if form is None:
            messages.error(request, " ".join(problem.messages))
        else:
            form.add_error(None, problem)
        return False
    except (FieldRefusal, AccountsError) as trouble:
        if form is not None and isinstance(trouble, FieldRefusal):
            form.refuse(trouble)
        elif form is not None:
            form.add_error(None, str(trouble))
        else:
            messages.error(request, str(trouble))
        return False
    bells.ring("access", "audit")
    messages.success(request, words)
    return True

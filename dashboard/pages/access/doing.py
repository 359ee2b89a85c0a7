"""From what an action raises to what a page answers, the same for teams, roles and grants."""

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

SEES, MAY = "access.view", "access.edit"


def allowed(request: HttpRequest, verb: str, *, kind: str = "access", name: str = "") -> Person:
    """Whoever asks, if they hold the verb. Denied, with its entry."""
    person = person_of(request)
    require(person, verb, Target(kind=kind, name=name))
    return person


def access_list(
    request: HttpRequest, spec: ListSpec, word: str, *, add: tuple[str, str]
) -> HttpResponse:
    """The page of one of the lists. `add`: route and words of the button for who may change access."""
    extra: dict[str, Any] = {"tab": spec.name, "word": word}
    if allows(person_of(request), MAY):
        route, words = add
        button = Link("add", MAY, words, "plus", places(Place.LIST), page_name=route, primary=True)
        extra |= {"buttons": [button], "empty_url": reverse(route), "empty_action": words}
    return list_page(request, spec, "access/list.html", extra)


def done(
    request: HttpRequest, change: Callable[[], str], *, form: RefusalForm | None = None
) -> bool:
    """Make a change and say so; what is wrong stands beside its field, or is said. Denied."""
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

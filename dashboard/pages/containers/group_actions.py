"""The dialog that asks before a verb runs on a whole group of containers."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from audit.shapes import Target
from dashboard.furniture.offer import Offer
from dashboard.furniture.verb_views import MOST_OBJECTS
from dashboard.live.view import rows_in
from dashboard.pages.containers.groups import STATES
from dashboard.pages.containers.lists import SPEC
from dashboard.person import person_of
from hosts.access import allows, require


def group_dialog(offer: Offer) -> Callable[..., HttpResponse]:
    """The view: its form sends the group's containers to the bulk view (acting.many)."""

    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        person = person_of(request)
        require(person, offer.verb, Target(kind="list", name="containers"))
        given = {name: request.GET.get(name, "")[:600] for name in ("locked", "group", "key")}
        found = rows_in(SPEC, person, line=request.GET.get("q", ""), **given)
        wanted = found.filter(state__in=STATES[offer.name], is_infra=False).order_by("name", "pk")
        total = wanted.count()
        rows = [
            row for row in wanted[:MOST_OBJECTS] if allows(person, offer.verb, row.endpoint, row)
        ]
        if not rows:
            said = _("No container in this group can do that now.")
            return render(request, "containers/group_empty.html", {"said": said})
        question, others = offer.question(rows), total - len(rows)
        if others:
            left = ngettext("%(n)d is left out", "%(n)d are left out", others) % {"n": others}
            why = _("not permitted, or beyond %(most)d at once") % {"most": MOST_OBJECTS}
            question = replace(question, sentence=f"{left}: {why}.")
        context = {
            "question": question,
            "url": reverse(f"containers:bulk-{offer.name}"),
            "objects": [f"{row.endpoint_id}:{row.podman_id}" for row in rows],
        }
        return render(request, "parts/question.html", context)

    return view

"""The dialog that copies images to other hosts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.targets import choices, chosen_of, endpoints_for
from dashboard.furniture.verb_views import Ref, refs_of
from dashboard.furniture.watch_job import go_watch
from dashboard.live.visibility import scope_to_visible
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.actions.images import copy_image
from hosts.models import Image
from hosts.refusals import Refusal


def _rows(person: Person, refs: list[Ref]) -> list[Image]:
    wanted = set(refs)
    rows = scope_to_visible(Image.objects.all(), person).filter(
        podman_id__in={ref[1] for ref in refs}
    )
    found = rows.select_related("endpoint__host").order_by("name", "pk")
    return [row for row in found if (row.endpoint_id, row.podman_id) in wanted]


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest) -> HttpResponse:
    """GET asks for the hosts. POST creates a job for each image and host."""
    person = person_of(request)
    access.require(person, copy_image.VERB, Target(kind="image", name="any host"))
    data = request.GET if request.method == "GET" else request.POST
    refs = refs_of(data.getlist("object"))
    rows = _rows(person, refs)
    own = {row.endpoint_id for row in rows}
    endpoints = endpoints_for(person, copy_image.VERB)
    if len(own) == 1:
        endpoints = [one for one in endpoints if one.pk not in own]
    chosen = chosen_of(data, endpoints)
    problem = ""
    if request.method == "POST":
        try:
            batch = copy_image.ask_many(person, refs, [one.pk for one in chosen])
        except Refusal as wrong:
            problem = str(wrong)
        else:
            return go_watch(request, batch)
    if len(rows) == 1:
        title = _("Copy %(name)s from %(host)s") % {
            "name": rows[0].name or rows[0].podman_id[:12],
            "host": rows[0].endpoint,
        }
    else:
        title = _("Copy %(n)d images") % {"n": len(rows)}
    context = {
        "url": request.path,
        "title": title,
        "word": ngettext("Copy image", "Copy images", len(rows)),
        "rows": rows,
        "bytes": sum(row.size_bytes for row in rows),
        "objects": [f"{row.endpoint_id}:{row.podman_id}" for row in rows],
        "problem": problem,
        **choices(endpoints, chosen),
    }
    return render(request, "images/copy.html", context)

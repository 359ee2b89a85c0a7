"""The page that uploads image archives, and the dialog that downloads one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.shapes import Target
from dashboard.furniture.forms import endpoint_words
from dashboard.furniture.targets import Choice, endpoints_for
from dashboard.furniture.verb_views import refs_of
from dashboard.person import person_of
from hosts import access
from hosts.access import allows
from hosts.actions.images import archives
from hosts.refusals import Refusal

ANYWHERE = Target(kind="image", name="any host")


@require_GET
def load_page(request: HttpRequest) -> HttpResponse:
    """The upload page. ?endpoint= is preselected, ?what=import starts with the import."""
    person = person_of(request)
    can_import = allows(person, archives.IMPORT)
    access.require(person, archives.LOAD, ANYWHERE)
    wanted = request.GET.get("endpoint", "")
    endpoints = endpoints_for(person, archives.LOAD)
    context = {
        "targets": [
            Choice(one.pk, endpoint_words(one), str(one.pk) == wanted) for one in endpoints
        ],
        "can_import": can_import,
        "what": "import" if can_import and request.GET.get("what") == "import" else "load",
    }
    return render(request, "images/load.html", context)


@require_GET
def save_dialog(request: HttpRequest) -> HttpResponse:
    """The formats to save the chosen images in, or why they cannot be saved."""
    person = person_of(request)
    access.require(person, archives.SAVE, ANYWHERE)
    refs = refs_of(request.GET.getlist("object"))
    problem = ""
    try:
        rows = archives.savable(person, refs, form="docker-archive")
    except Refusal as wrong:
        rows, problem = [], str(wrong)
    title = _("Save %(n)d images") % {"n": len(rows)}
    if len(rows) == 1:
        title = _("Save %(name)s from %(host)s") % {
            "name": rows[0].name or rows[0].podman_id[:12],
            "host": rows[0].endpoint,
        }
    context = {
        "title": title if rows else _("Save images"),
        "rows": rows,
        "bytes": sum(row.size_bytes for row in rows),
        "objects": [f"{row.endpoint_id}:{row.podman_id}" for row in rows],
        "problem": problem,
    }
    return render(request, "images/save.html", context)

"""Rotate the keys of chosen hosts: a dialog that names the logins, then the jobs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.offer import Question
from dashboard.furniture.verb_views import MOST_OBJECTS
from dashboard.furniture.watch_job import toast_watch
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import require, visible_hosts
from hosts.actions.hosts import rotate_key
from hosts.actions.hosts.rotate_key import Plan
from hosts.refusals import FieldRefusal

# most names in a sentence
_NAMED = 20


@require_http_methods(["GET", "POST"])
def rotate(request: HttpRequest) -> HttpResponse:
    """GET asks, POST creates the jobs. `object`: the id of a chosen host, once for each."""
    person = person_of(request)
    require(person, rotate_key.VERB, Target(kind="list", name="hosts"))
    form = request.GET if request.method == "GET" else request.POST
    wanted = {int(one) for one in form.getlist("object") if one.isascii() and one.isdigit()}
    # a host removed meanwhile is left out
    chosen = visible_hosts(person).filter(pk__in=wanted).order_by("name")[:MOST_OBJECTS]
    hosts = [host.pk for host in chosen]
    if request.method == "POST":
        return _ask(request, hosts)
    plan = rotate_key.plan(person, hosts)
    if not plan.logins:
        said = _("No key can be rotated here. %(why)s") % {"why": _left_out(plan)}
        return render(request, "containers/group_empty.html", {"said": said.strip()})
    context = {"question": _question(plan), "url": request.path, "objects": hosts}
    return render(request, "parts/question.html", context)


def _ask(request: HttpRequest, hosts: list[int]) -> HttpResponse:
    try:
        batch = rotate_key.ask(
            person_of(request), hosts, one_for_all=request.POST.get("one_for_all") == "1"
        )
    except FieldRefusal as trouble:
        return toast(HttpResponse(status=204), str(trouble), tone="warn")
    words = _("Key rotations started: %(n)d") % {"n": batch.jobs.count()}
    if batch.skipped:
        words += " · " + _("%(n)d left out") % {"n": len(batch.skipped)}
    return toast_watch(request, batch, words)


def _question(plan: Plan) -> Question:
    names = [str(login) for login, _endpoint in plan.logins]
    count = len(names)
    title = ngettext("Rotate the key of %(name)s?", "Rotate the keys of %(n)d logins?", count)
    shared = {"name": "one_for_all", "label": _("One key for all of them"), "on": False}
    warnings = [_left_out(plan)]
    if certified := [str(login) for login, _endpoint in plan.logins if login.certificate]:
        warnings.append(
            _("The new key has no certificate yet: %(names)s.") % {"names": _name_list(certified)}
        )
    return Question(
        title=title % {"name": names[0], "n": count},
        verb=ngettext("Rotate key", "Rotate keys", count),
        sentence=_(
            "A new key is created, added beside the old one and tested. Only then is the old key "
            "removed. If anything fails before that, the old key stays in use."
        ),
        warning=" ".join(filter(None, warnings)),
        losses=tuple(names) if count > 1 else (),
        options=(shared,) if count > 1 else (),
    )


def _left_out(plan: Plan) -> str:
    by_reason: dict[str, list[str]] = {}
    for one in plan.left_out:
        by_reason.setdefault(one["why"], []).append(one["name"])
    return " ".join(
        _("Left out: %(names)s. %(why)s") % {"names": _name_list(names), "why": why}
        for why, names in by_reason.items()
    )


def _name_list(names: list[str]) -> str:
    more = len(names) - _NAMED
    rest = " " + _("and %(n)d more") % {"n": more} if more > 0 else ""
    return ", ".join(names[:_NAMED]) + rest

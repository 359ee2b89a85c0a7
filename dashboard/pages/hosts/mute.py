"""Mute and unmute a host (hosts.actions.hosts.mute_host)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import get_host
from hosts.actions.hosts import mute_host
from hosts.refusals import FieldRefusal

SPANS = (
    (30, gettext_lazy("half an hour")),
    (120, gettext_lazy("two hours")),
    (480, gettext_lazy("eight hours")),
    (1440, gettext_lazy("a day")),
    (4320, gettext_lazy("three days")),
    (10080, gettext_lazy("a week")),
)


@require_http_methods(["GET", "POST"])
def mute(request: HttpRequest, host_id: int) -> HttpResponse:
    """GET asks for how long and why. POST mutes."""
    person = person_of(request)
    row = get_host(person, host_id, mute_host.VERB)
    given = request.POST.get("minutes", "120")
    minutes = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0
    reason = request.POST.get("reason", "")
    context = {"row": row, "spans": SPANS, "minutes": minutes, "reason": reason}
    if request.method == "POST":
        try:
            mute_host.mute(person, host_id, minutes=minutes, reason=reason)
            return toast(HttpResponse(status=204), _("Muted"))
        except FieldRefusal as trouble:
            context["problem"] = str(trouble)
    return render(request, "hosts/mute.html", context)


@require_POST
def unmute(request: HttpRequest, host_id: int) -> HttpResponse:
    mute_host.unmute(person_of(request), host_id)
    if "HX-Request" not in request.headers:
        return redirect("hosts:page", host_id)
    return toast(HttpResponse(status=204), _("It shows under “Needs attention” again."))

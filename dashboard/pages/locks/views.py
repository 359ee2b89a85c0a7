"""Lock and unlock objects and hosts (hosts.actions.guardrails.lock)."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import get_host, get_object
from hosts.actions.guardrails import lock
from hosts.models import INVENTORY, ObjectLock
from hosts.refusals import FieldRefusal

_both = require_http_methods(["GET", "POST"])


@_both
def on_object(request: HttpRequest, kind: str, endpoint_id: int, podman_id: str) -> HttpResponse:
    """GET asks why, POST locks the object."""
    if kind not in INVENTORY:
        raise Http404
    person, ref = person_of(request), (endpoint_id, podman_id)
    row = get_object(person, kind, *ref, verb=lock.VERB)
    told = {"name": row.name or row.podman_id[:12], "host": row.endpoint}
    context = {
        "title": _("Lock %(name)s on %(host)s") % told,
        "sentence": _("Then nobody, not even you, can change it until it is unlocked."),
    }
    return _lock(
        request, context, lambda reason: lock.lock_object(person, kind, ref, reason=reason)
    )


@_both
def host(request: HttpRequest, host_id: int) -> HttpResponse:
    """GET asks why, POST locks the host and all objects on it."""
    person = person_of(request)
    row = get_host(person, host_id, lock.VERB)
    context = {
        "title": _("Lock %(name)s") % {"name": row.name},
        "sentence": _(
            "Then nobody, not even you, can change anything on this host until it is unlocked."
        ),
    }
    return _lock(request, context, lambda reason: lock.lock_host(person, host_id, reason=reason))


def _lock(
    request: HttpRequest, context: dict[str, Any], deed: Callable[[str], ObjectLock]
) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            deed(reason)
            return toast(HttpResponse(status=204), _("Locked"))
        except FieldRefusal as trouble:
            context["problem"] = str(trouble)
    return render(request, "locks/dialog.html", {"url": request.path, "reason": reason, **context})


@require_POST
def unlock(request: HttpRequest, lock_id: int) -> HttpResponse:
    lock.unlock(person_of(request), lock_id)
    if "HX-Request" not in request.headers:
        return redirect("/")
    return toast(HttpResponse(status=204), _("Unlocked"))

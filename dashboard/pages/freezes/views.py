"""Pages of freeze windows. Reading needs `host.view`, changing `freeze.edit`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.shapes import Target
from dashboard.furniture.change_preview import ask_first
from dashboard.furniture.names import where_of
from dashboard.pages.freezes.forms import DAYS, FreezeForm, initial_of, server_zone
from dashboard.person import person_of
from hosts import access
from hosts.access.visible_rules import visible_rules
from hosts.actions.guardrails import edit_freeze
from hosts.actions.guardrails.edit_freeze import FreezeOptions
from hosts.guardrails.freezes import OpenWindow, open_windows, zone_of
from hosts.models import FreezeWindow
from hosts.refusals import FieldRefusal

EVERY = Target(kind="freeze", id="", name="")


@dataclass(frozen=True)
class WindowRow:
    """A window of the list. `open` is None while it is closed."""

    row: FreezeWindow
    when: str
    open: OpenWindow | None


@require_safe
def windows(request: HttpRequest) -> HttpResponse:
    """All windows, open ones first."""
    person = person_of(request)
    access.require(person, "host.view", EVERY)
    now = {one.window.pk: one for one in open_windows(FreezeWindow.objects.filter(enabled=True))}
    rows = visible_rules(person, FreezeWindow.objects.all(), editing=edit_freeze.VERB)
    lines = [WindowRow(row, when_of(row), now.get(row.pk)) for row in rows]
    lines.sort(key=lambda line: (line.open is None, line.row.name))
    context = {"lines": lines, "may_edit": access.allows(person, edit_freeze.VERB)}
    return render(request, "freezes/list.html", context)


def when_of(row: FreezeWindow) -> str:
    """ "Friday, Saturday, 18:00 to 06:00", or the two moments."""
    if row.days:
        days = ", ".join(str(word) for number, word in DAYS if number in row.days)
        told = {
            "days": days,
            "from": _clock(row.from_time),
            "until": _clock(row.until_time),
        }
        return _("%(days)s, %(from)s to %(until)s") % told
    if row.starts_at is None or row.ends_at is None:
        return ""
    zone = zone_of(row)
    begins, ends = (
        one.astimezone(zone).strftime("%Y-%m-%d %H:%M") for one in (row.starts_at, row.ends_at)
    )
    return _("%(begins)s to %(ends)s") % {"begins": begins, "ends": ends}


def _clock(moment: time | None) -> str:
    return moment.strftime("%H:%M") if moment else ""


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    access.require(person, edit_freeze.VERB, EVERY)
    return _form(request, {"zone": server_zone()}, partial(edit_freeze.make, person), _("Created."))


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, freeze_id: int) -> HttpResponse:
    """Change a window."""
    person = person_of(request)
    row = edit_freeze.get_freeze(person, freeze_id)
    change = partial(edit_freeze.edit, person, freeze_id)
    return _form(request, initial_of(row), change, _("Saved."), row)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, freeze_id: int) -> HttpResponse:
    """GET asks, and says until when the window would last. POST removes it."""
    person = person_of(request)
    if request.method == "GET":
        row = edit_freeze.get_freeze(person, freeze_id)
        return ask_first(
            request,
            _("Remove the freeze window “%(name)s”?") % {"name": row.name},
            reverse("freezes:remove", args=[row.pk]),
            _("Remove"),
            words=f"{_lost(row)} {_('Its times are lost; switching it off keeps them.')}",
        )
    name = edit_freeze.remove(person, freeze_id)
    messages.success(request, _("“%s” is removed.") % name)
    return redirect("freezes:list")


def _lost(row: FreezeWindow) -> str:
    told = {"where": where_of(row), "zone": row.zone, "when": when_of(row)}
    if not row.enabled:
        return _("It is disabled, so it freezes nothing now.")
    if now := open_windows(FreezeWindow.objects.filter(pk=row.pk)):
        told["until"] = now[0].until.astimezone(zone_of(row)).strftime("%Y-%m-%d %H:%M")
        return (
            _(
                "It is open now, and would last until %(until)s (%(zone)s). Changes on %(where)s "
                "become possible at once."
            )
            % told
        )
    if row.ends_at and row.ends_at < timezone.now():
        return _("It is over: %(when)s (%(zone)s).") % told
    return _("It would block changes on %(where)s: %(when)s (%(zone)s).") % told


def _form(
    request: HttpRequest,
    initial: dict[str, Any],
    change: Callable[[FreezeOptions], object],
    done: str,
    row: FreezeWindow | None = None,
) -> HttpResponse:
    form = FreezeForm(request.POST) if request.method == "POST" else FreezeForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change(form.options())
            messages.success(request, done)
            return redirect("freezes:list")
        except FieldRefusal as trouble:
            own = {"starts_at": "starts", "ends_at": "ends"}.get(trouble.field, trouble.field)
            form.refuse(trouble, field=own)
    context = {"form": form, "row": row, "zones": sorted(available_timezones())}
    return render(request, "freezes/page.html", context, status=422 if form.errors else 200)

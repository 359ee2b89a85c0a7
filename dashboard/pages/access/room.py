"""The way in: what whoever sees access should know; for others what they hold themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dashboard.furniture.grants import grants_of_person
from dashboard.pages.access.doing import SEES
from dashboard.pages.access.survey import counted, survey
from dashboard.person import person_of
from hosts.access import allows


@require_GET
def room(request: HttpRequest) -> HttpResponse:
    """Access at a glance for those who see it; others are led to what they hold themselves."""
    person = person_of(request)
    if not allows(person, SEES):
        return redirect("access:mine")
    items = survey(person)
    context = {"tab": "room", "items": items, "summed": counted(items)}
    return render(request, "access/room.html", context)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What one holds oneself: role, teams, grants with their ends. Everybody's."""
    person = person_of(request)
    context = {
        "tab": "mine",
        "one": person.user,
        "memberships": person.user.memberships.select_related("team"),
        "grants": grants_of_person(person, person.user.email),
    }
    return render(request, "access/mine.html", context)

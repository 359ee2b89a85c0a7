"""The way in: what whoever sees access should know; for others what they hold themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Role, User
from dashboard.pages.access.doing import MAY, SEES
from dashboard.pages.access.grants import grants_of_person
from dashboard.pages.access.survey import counted, survey
from dashboard.person import person_of
from hosts.access import allows

MOST_NAMED = 3


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


def managers(*, besides: User) -> list[str]:
    """Names of the first few others who manage access: whom somebody without any may ask."""
    roles = [role.pk for role in Role.objects.all() if MAY in role.verb_names()]
    people = (
        User.objects.filter(is_active=True, role__in=roles)
        .exclude(pk=besides.pk)
        .order_by("name", "pk")
    )
    return [str(user) for user in people[:MOST_NAMED]]

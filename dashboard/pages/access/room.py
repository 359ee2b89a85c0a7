"""The way in: Access leads to the first of its pages that somebody may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Role, User
from dashboard.pages.access.doing import MAY, SEES
from dashboard.pages.access.grants import grants_of_person
from dashboard.person import person_of
from hosts.access import allows

MOST_NAMED = 3


@require_GET
def room(request: HttpRequest) -> HttpResponse:
    """People for those who see access; for others what they hold themselves."""
    return redirect("people:list" if allows(person_of(request), SEES) else "access:mine")


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


def managers() -> list[str]:
    """Names of the first few who manage access: whom somebody without any may ask."""
    roles = [role.pk for role in Role.objects.all() if MAY in role.verb_names()]
    people = User.objects.filter(is_active=True, role__in=roles).order_by("name", "pk")
    return [str(user) for user in people[:MOST_NAMED]]

"""Access at a glance, and a person's own access."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dashboard.furniture.grants import grants_of_person
from dashboard.pages.access.changes import VIEW
from dashboard.pages.access.survey import summary, survey
from dashboard.person import person_of
from hosts.access import allows


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Findings about access. A person without `access.view` is sent to their own access."""
    person = person_of(request)
    if not allows(person, VIEW):
        return redirect("access:mine")
    items = survey(person)
    context = {"tab": "room", "items": items, "summary": summary(items)}
    return render(request, "access/overview.html", context)


@require_GET
def my_access(request: HttpRequest) -> HttpResponse:
    """The person's own role, teams and grants with their ends. Open to everybody."""
    person = person_of(request)
    context = {
        "tab": "mine",
        "one": person.user,
        "memberships": person.user.memberships.select_related("team"),
        "grants": grants_of_person(person, person.user.email),
    }
    return render(request, "access/mine.html", context)

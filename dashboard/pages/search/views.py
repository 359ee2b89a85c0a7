"""The search page, and its results in the dialog of Ctrl-K."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.pages.search import container_commands, objects, places
from dashboard.pages.search.results import LONGEST, Result, words_of
from dashboard.person import person_of


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Results for all words of `q`. Without words: pages and commands."""
    typed = request.GET.get("q", "")[:LONGEST].strip()
    context = {"typed": typed, "groups": _found(request, words_of(typed)), "asked": bool(typed)}
    inside = "HX-Request" in request.headers
    return render(request, "search/results.html" if inside else "search/page.html", context)


def _found(request: HttpRequest, words: list[str]) -> list[list[Result]]:
    person = person_of(request)
    if not words:
        found = [places.find_commands(person, []), places.find_places(person, [])]
    else:
        found = [
            container_commands.find_commands(person, words),
            objects.find_objects(person, words),
            objects.find_hosts(person, words),
            places.find_commands(person, words),
            places.find_places(person, words),
            objects.find_people(person, words),
            objects.find_jobs(person, words),
            objects.find_entries(person, words),
        ]
    return [group for group in found if group]

"""Pages of teams. They need `access.view`, or membership of the team."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import team_actions
from accounts.models import Team, User
from dashboard.furniture.change_preview import ChangePreview, ask_first, dialog, preview_change
from dashboard.furniture.grants import grants_shown
from dashboard.furniture.names import user_named
from dashboard.pages.access.changes import EDIT, VIEW, access_list, apply_change, require_verb
from dashboard.pages.access.forms import NameForm
from dashboard.pages.access.lists import TEAMS
from dashboard.person import person_of
from hosts.access import NotVisible, Person, allows, require
from hosts.access.preview import people_of_team


@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    return access_list(request, TEAMS, _("Teams"), add=("access:team-new", _("Create a team")))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    person = require_verb(request, EDIT, kind="team")
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Team] = []

        def change() -> str:
            made.append(team_actions.make(person.user, person.who, **form.cleaned_data))
            return _("The team %(name)s is created. Add its members.") % {"name": made[0]}

        if apply_change(request, change, form=form):
            return redirect("access:team", team_id=made[0].pk)
    return render(request, "access/team_new.html", {"form": form, "tab": "teams"})


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team: its people and grants. POST changes name and description."""
    person, team = _team(request, team_id)
    edits = allows(person, EDIT)
    if request.method == "POST":
        require(person, EDIT, team_actions.target_of_team(team))
        form = NameForm(request.POST)
        if form.is_valid():

            def change() -> str:
                team_actions.edit(person.user, person.who, team=team, **form.cleaned_data)
                return _("Saved.")

            if apply_change(request, change, form=form):
                return redirect("access:team", team_id=team.pk)
    else:
        form = NameForm(initial={"name": team.name, "words": team.words})
    context = {
        "tab": "teams",
        "team": team,
        "form": form,
        "members": team.memberships.select_related("user__role"),
        "grants": grants_shown(person, team.grants.all()),
        "edits": edits,
        "lets": edits or team_actions.is_owner(person.user, team),
        "sees": allows(person, VIEW),
    }
    return render(request, "access/team.html", context)


@require_http_methods(["GET", "POST"])
def let_in(request: HttpRequest, team_id: int) -> HttpResponse:
    """GET asks, and lists what the person gains. POST adds them to the team."""
    person, team = _team(request, team_id)
    _require_lets(person, team)
    given = request.POST if request.method == "POST" else request.GET
    typed = str(given.get("who", "")).strip().replace("\0", "")
    user = user_named(typed) if typed else None
    if user is None:
        nobody = _(
            "There is no person %s. People whom you invite can be added to the team at once."
        )
        words = nobody % typed[:100] if typed else _("Give a person or a team.")
        return _asked_in_vain(request, team, words)

    def change() -> str:
        team_actions.add_member(person.user, person.who, team=team, user=user)
        return _("%(name)s is now in %(team)s.") % {"name": user, "team": team}

    if request.method == "GET":
        what = preview_change(person, change, [user.pk])
        title = _("Add %(name)s to %(team)s?") % {"name": user, "team": team}
        where = reverse("access:let-in", args=[team.pk])
        context = dialog(title, where, _("Add"), what, who=user.email)
        return render(request, "parts/change_dialog.html", context)
    apply_change(request, change)
    return redirect("access:team", team_id=team.pk)


@require_http_methods(["GET", "POST"])
def let_out(request: HttpRequest, team_id: int, user_id: int) -> HttpResponse:
    """GET asks, and lists what the person loses. POST takes them out of the team."""
    person, team = _team(request, team_id)
    _require_lets(person, team)
    user = get_object_or_404(User, pk=user_id, memberships__team=team)

    def change() -> str:
        team_actions.remove_member(person.user, person.who, team=team, user=user)
        return _("%(name)s is no longer in %(team)s.") % {"name": user, "team": team}

    if request.method == "GET":
        title = _("Remove %(name)s from %(team)s?") % {"name": user, "team": team}
        where = reverse("access:let-out", args=[team.pk, user.pk])
        what = preview_change(person, change, [user.pk])
        return ask_first(request, title, where, _("Remove"), what)
    apply_change(request, change)
    return redirect("access:team", team_id=team.pk)


@require_POST
def owner(request: HttpRequest, team_id: int, user_id: int) -> HttpResponse:
    """Allow a member to add and remove people, or take that away."""
    person, team = _team(request, team_id)
    require(person, EDIT, team_actions.target_of_team(team))
    user = get_object_or_404(User, pk=user_id, memberships__team=team)
    owns = request.POST.get("owner") == "1"

    def change() -> str:
        team_actions.set_owner(person.user, person.who, team=team, user=user, owner=owns)
        words = (
            _("%(name)s may add people to %(team)s now.")
            if owns
            else _("%(name)s no longer adds people to %(team)s.")
        )
        return words % {"name": user, "team": team}

    apply_change(request, change)
    return redirect("access:team", team_id=team.pk)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, team_id: int) -> HttpResponse:
    """GET asks, and lists what the members lose. POST removes the team."""
    person, team = _team(request, team_id)
    require(person, EDIT, team_actions.target_of_team(team))
    name, key = team.name, team.pk

    def change() -> str:
        # fetched again: the preview has removed the other object
        row = Team.objects.get(pk=key)
        team_actions.remove(person.user, person.who, team=row)
        return _("The team %(name)s is removed; its people stay.") % {"name": name}

    if request.method == "GET":
        title = _("Remove the team %(name)s?") % {"name": name}
        where = reverse("access:team-remove", args=[key])
        what = preview_change(person, change, people_of_team(key))
        return ask_first(request, title, where, _("Remove"), what)
    return (
        redirect("access:teams") if apply_change(request, change) else redirect("access:team", key)
    )


def _team(request: HttpRequest, team_id: int) -> tuple[Person, Team]:
    """The person and the team. Raises NotVisible or Denied for outsiders without `access.view`."""
    person = person_of(request)
    team = Team.objects.filter(pk=team_id).first()
    seen = allows(person, VIEW) or (
        team is not None and team.memberships.filter(user=person.user).exists()
    )
    if not seen:
        require(person, VIEW, team_actions.target_of_team(team or Team()))
    if team is None:
        raise NotVisible
    return person, team


def _require_lets(person: Person, team: Team) -> None:
    if not team_actions.is_owner(person.user, team):
        require(person, EDIT, team_actions.target_of_team(team))


def _asked_in_vain(request: HttpRequest, team: Team, words: str) -> HttpResponse:
    if request.method == "GET":
        title = _("Add somebody to %(team)s") % {"team": team}
        context = dialog(title, "", "", ChangePreview(troubles=[words]))
        return render(request, "parts/change_dialog.html", context)
    messages.error(request, words)
    return redirect("access:team", team_id=team.pk)

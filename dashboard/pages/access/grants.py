"""Pages of grants: list, give, change the end, revoke. Each shows its effect first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.furniture.change_preview import (
    ChangePreview,
    ask_first,
    matching_containers,
    preview_change,
)
from dashboard.furniture.grants import prepare_grants
from dashboard.furniture.names import holders_like, place_text, places_like
from dashboard.pages.access.changes import EDIT, VIEW, access_list, apply_change, require_verb
from dashboard.pages.access.forms import EndForm, GrantForm
from dashboard.pages.access.lists import GRANTS
from hosts.access import NotVisible, allows
from hosts.access.preview import people_of_team
from hosts.actions.access import grants as actions
from hosts.actions.access.grant_options import GrantOptions
from hosts.models import Grant


@require_GET
def grants(request: HttpRequest) -> HttpResponse:
    return access_list(request, GRANTS, _("Grants"), add=("access:give", _("Give access")))


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """The form for a grant. The query can fill it in: ?to=team:shop&where=group:prod."""
    person = require_verb(request, EDIT, kind="grant")
    if request.method == "POST":
        form = GrantForm(request.POST)
        wanted = form.options(person) if form.is_valid() else None
        if wanted is not None:
            made: list[Grant] = []

            def change() -> str:
                made.append(actions.give(person, wanted))
                words = _("%(who)s has %(role)s there now.")
                return words % {"who": wanted.user or wanted.team, "role": wanted.role.label}

            if apply_change(request, change, form=form):
                return redirect("access:grants")
    else:
        known = ("to", "role", "where", "label", "names")
        initial = {name: request.GET[name][:250] for name in known if name in request.GET}
        form = GrantForm(initial={"role": "operator", "ends": "never", **initial})
    context = {
        "tab": "grants",
        "form": form,
        "holders": list(holders_like("")),
        "places": list(places_like(person, "")),
    }
    return render(request, "access/give.html", context)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The effect of the form as it stands, while somebody fills it in."""
    person = require_verb(request, EDIT, kind="grant")
    form = GrantForm(request.POST)
    wanted = form.options(person) if form.is_valid() else None
    if wanted is None:
        unfinished = [
            str(error)
            for name, errors in form.errors.items()
            for error in errors
            # an empty field is no error yet
            if request.POST.get(name, "").strip()
        ]
        what = ChangePreview(troubles=unfinished)
    else:
        what = preview_change(person, lambda: actions.give(person, wanted), _holders(wanted))
        what.matching = matching_containers(person, wanted)
    context = {"shown": what, "begun": wanted is not None or bool(what.troubles)}
    return render(request, "parts/change_preview.html", context)


@require_GET
def names(request: HttpRequest) -> HttpResponse:
    """Completions for the fields `to` and `where`."""
    person = require_verb(request, EDIT, kind="grant")
    if "where" in request.GET:
        found = places_like(person, request.GET["where"][:200])
    else:
        found = holders_like(request.GET.get("to", request.GET.get("who", ""))[:200])
    return render(request, "access/options.html", {"options": list(found)})


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, grant_id: int) -> HttpResponse:
    """One grant: who has what where. POST changes its end."""
    person = require_verb(request, VIEW, kind="grant")
    edits = allows(person, EDIT)
    grant = actions.with_names(Grant.objects.filter(pk=grant_id)).first()
    if grant is None:
        raise NotVisible
    if request.method == "POST":
        form = EndForm(request.POST)
        if form.is_valid():

            def change() -> str:
                until, reason = form.end(), form.cleaned_data["reason"]
                actions.change(person, grant_id, until=until, reason=reason)
                return _("Saved.")

            if apply_change(request, change, form=form):
                return redirect("access:grant", grant_id=grant_id)
    else:
        ends = "at" if grant.until else "never"
        form = EndForm(initial={"ends": ends, "until": grant.until, "reason": grant.reason})
    prepare_grants([grant], person)
    wanted = GrantOptions(
        role=grant.role,
        group=grant.group,
        host=grant.host,
        endpoint=grant.endpoint,
        label=grant.label,
        names=grant.names,
    )
    context = {
        "tab": "grants",
        "grant": grant,
        "form": form,
        "edits": edits,
        "matching": matching_containers(person, wanted),
    }
    return render(request, "access/grant.html", context)


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, grant_id: int) -> HttpResponse:
    """GET asks, and lists what is lost. POST revokes the grant."""
    person = require_verb(request, EDIT, kind="grant")
    grant = actions.get_grant(person, grant_id)
    holder, role = grant.user or grant.team, grant.role.label

    def change() -> str:
        actions.revoke(person, grant_id)
        return _("%(who)s no longer has %(role)s there.") % {"who": holder, "role": role}

    if request.method == "GET":
        words = {"role": role, "where": place_text(grant), "who": holder}
        title = _("Revoke %(role)s on %(where)s from %(who)s?") % words
        where = reverse("access:take", args=[grant_id])
        what = preview_change(person, change, _holders(grant))
        return ask_first(request, title, where, _("Revoke"), what)
    apply_change(request, change)
    return redirect("access:grants")


def _holders(grant: Grant | GrantOptions) -> set[int]:
    if grant.user is not None:
        return {grant.user.pk}
    assert grant.team is not None  # a constraint: a user or a team
    return people_of_team(grant.team.pk)

"""Pages of roles: the list, one role, and the form that ticks its verbs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import role_actions
from accounts.models import Role
from accounts.role_actions import RoleOptions
from dashboard.furniture.change_preview import ChangePreview, ask_first, preview_change
from dashboard.furniture.verb_ticks import parts
from dashboard.pages.access.changes import EDIT, VIEW, access_list, apply_change, require_verb
from dashboard.pages.access.forms import RoleForm
from dashboard.pages.access.lists import ROLES
from hosts.access import NotVisible, allows
from hosts.access.preview import people_with_role

# roles to compare with
MOST_COMPARED = 30


def _form_context(ticked: set[str], role: Role | None = None) -> dict[str, object]:
    """All verbs to tick, and the roles to compare with."""
    others = Role.objects.exclude(pk=role.pk) if role else Role.objects.all()
    compared = [
        (other.label, " ".join(sorted(other.verb_names())))
        for other in others.order_by("-built_in", "pk")[:MOST_COMPARED]
    ]
    shown_parts = parts(ticked)
    return {
        "parts": shown_parts,
        "ticked": sum(part.on for part in shown_parts),
        "verbs": sum(len(part.ticks) for part in shown_parts),
        "sensitive": sum(part.sensitive for part in shown_parts),
        "compared": [(label, names) for label, names in compared if names],
    }


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    return access_list(request, ROLES, _("Roles"), add=("access:role-new", _("Create a role")))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create a role, as a copy of ?from=."""
    person = require_verb(request, EDIT, kind="role")
    if request.method == "POST":
        form = RoleForm(request.POST)
        if form.is_valid():
            made: list[Role] = []

            def change() -> str:
                made.append(role_actions.make(person.user, person.who, role_options(form)))
                return _("The role %(name)s is created.") % {"name": made[0]}

            if apply_change(request, change, form=form):
                return redirect("access:role", role_id=made[0].pk)
    else:
        origin = Role.objects.filter(name=request.GET.get("from", "viewer")[:50]).first()
        copy = role_actions.copy_of(origin) if origin else RoleOptions("")
        form = RoleForm(initial={"name": copy.name, "words": copy.words, "verbs": copy.verbs})
    context = {"tab": "roles", "form": form, **_form_context(form.ticked)}
    return render(request, "access/role_edit.html", context)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, role_id: int) -> HttpResponse:
    """One role. POST changes it."""
    person = require_verb(request, VIEW, kind="role")
    role = _role(role_id)
    edits = allows(person, EDIT)
    if request.method == "POST":
        require_verb(request, EDIT, kind="role", name=role.name)
        form = RoleForm(request.POST)
        if form.is_valid():

            def change() -> str:
                role_actions.edit(person.user, person.who, role_options(form), role=role)
                return _("Saved: it applies at once.")

            if apply_change(request, change, form=form):
                return redirect("access:role", role_id=role.pk)
    else:
        initial = {"name": role.name, "words": role.words, "verbs": sorted(role.verb_names())}
        form = RoleForm(initial=initial)
    own = edits and not role.built_in
    context = {
        "tab": "roles",
        "role": role,
        "form": form,
        **(_form_context(form.ticked, role) if own else {"parts": parts(role.verb_names())}),
        "edits": edits,
        "used_by": role_actions.used_by(role),
    }
    return render(request, "access/role_edit.html" if own else "access/role.html", context)


@require_POST
def preview(request: HttpRequest, role_id: int) -> HttpResponse:
    """What the ticked verbs would change for the people who have the role."""
    person = require_verb(request, EDIT, kind="role")
    role = _role(role_id)
    form, same = RoleForm(request.POST), ""
    if form.is_valid():
        if set(form.cleaned_data["verbs"]) == role.verb_names():
            same = _("Nothing changed: nobody gains or loses anything.")
        what = preview_change(
            person,
            lambda: role_actions.edit(person.user, person.who, role_options(form), role=role),
            people_with_role(role.pk),
        )
    else:
        what = ChangePreview(
            troubles=[str(error) for errors in form.errors.values() for error in errors]
        )
    context = {"shown": what, "begun": True, "nothing": same}
    return render(request, "parts/change_preview.html", context)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, role_id: int) -> HttpResponse:
    """GET asks. POST removes the role, unless somebody has it."""
    person = require_verb(request, EDIT, kind="role")
    role = _role(role_id)
    name, key = role.label, role.pk

    def change() -> str:
        role_actions.remove(person.user, person.who, role=_role(key))
        return _("The role %(name)s is removed.") % {"name": name}

    if request.method == "GET":
        title = _("Remove the role %(name)s?") % {"name": name}
        where = reverse("access:role-remove", args=[key])
        what = preview_change(person, change, people_with_role(key))
        return ask_first(request, title, where, _("Remove"), what)
    return (
        redirect("access:roles") if apply_change(request, change) else redirect("access:role", key)
    )


def role_options(form: RoleForm) -> RoleOptions:
    given = form.cleaned_data
    return RoleOptions(given["name"], given["words"], tuple(given["verbs"]))


def _role(role_id: int) -> Role:
    role = Role.objects.filter(pk=role_id).first()
    if role is None:
        raise NotVisible
    return role

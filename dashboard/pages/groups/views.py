"""Pages of groups. Reading needs `host.view`, changing `group.edit`."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.verbs import ACCESS_VIEW
from audit.shapes import Target
from dashboard.furniture.change_preview import ChangePreview, ask_first, preview_change
from dashboard.furniture.grants import grants_shown
from dashboard.pages.groups.forms import GroupForm, NewGroupForm
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, visible_groups, visible_hosts
from hosts.access.preview import people_on_group
from hosts.actions.hosts import edit_group
from hosts.models import Grant, Group
from hosts.refusals import FieldRefusal


def _list(request: HttpRequest, person: Person, form: NewGroupForm) -> HttpResponse:
    seen = Q(hosts__in=visible_hosts(person))
    context = {
        "groups": visible_groups(person)
        .annotate(count=Count("hosts", filter=seen))
        .order_by("name"),
        "form": form,
        "may_edit": access.allows(person, edit_group.VERB),
    }
    return render(request, "groups/list.html", context)


def groups(request: HttpRequest) -> HttpResponse:
    """All groups. POST creates one."""
    person = person_of(request)
    access.require(person, "host.view", Target(kind="group", id="", name=""))
    if request.method != "POST":
        return _list(request, person, NewGroupForm())
    form = NewGroupForm(request.POST)
    if form.is_valid():
        try:
            group = edit_group.make(person, **form.cleaned_data)
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            messages.success(request, _("The group %(name)s is created.") % {"name": group.name})
            return redirect("groups:page", group_id=group.pk)
    return _list(request, person, form)


def page(request: HttpRequest, group_id: int) -> HttpResponse:
    """One group: name, notes, hosts. POST changes it."""
    person = person_of(request)
    group = edit_group.get_group(person, group_id)
    hosts = visible_hosts(person).order_by("name")
    if request.method == "POST":
        form = GroupForm(request.POST, hosts=hosts)
        if form.is_valid():
            try:
                edit_group.edit(
                    person,
                    group_id,
                    name=form.cleaned_data["name"],
                    notes=form.cleaned_data["notes"],
                    host_ids=[host.pk for host in form.cleaned_data["hosts"]],
                )
            except FieldRefusal as trouble:
                form.refuse(trouble)
            else:
                messages.success(request, _("Saved."))
                return redirect("groups:page", group_id=group.pk)
    else:
        members = list(group.hosts.values_list("pk", flat=True))
        initial = {"name": group.name, "notes": group.notes, "hosts": members}
        form = GroupForm(initial=initial, hosts=hosts)
    credentials = group.registry_credentials.order_by("registry")
    context: dict[str, Any] = {"group": group, "form": form, "credentials": credentials}
    if access.allows(person, ACCESS_VIEW.name):
        rows = Grant.objects.filter(Q(group=group) | Q(group=None, host=None, endpoint=None))
        context |= {"grants": grants_shown(person, rows), "sees_access": True}
    return render(request, "groups/page.html", context)


@require_POST
def preview(request: HttpRequest, group_id: int) -> HttpResponse:
    """What the ticked hosts would change for people with access to the group."""
    person = person_of(request)
    group = edit_group.get_group(person, group_id)
    if not access.allows(person, ACCESS_VIEW.name):
        raise access.Denied(ACCESS_VIEW.name)
    form = GroupForm(request.POST, hosts=visible_hosts(person))
    if form.is_valid():
        ids = [host.pk for host in form.cleaned_data["hosts"]]
        what = preview_change(
            person,
            lambda: edit_group.edit(
                person, group_id, name=group.name, notes=group.notes, host_ids=ids
            ),
            people_on_group(group),
        )
    else:
        what = ChangePreview(
            troubles=[str(error) for errors in form.errors.values() for error in errors]
        )
    return render(request, "parts/change_preview.html", {"shown": what, "begun": True})


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, group_id: int) -> HttpResponse:
    """GET asks, and lists what goes with it. POST removes the group; its hosts stay."""
    person = person_of(request)
    group = edit_group.get_group(person, group_id)
    name = group.name
    if request.method == "GET":
        what = ChangePreview()
        if access.allows(person, ACCESS_VIEW.name):
            what = preview_change(
                person, lambda: edit_group.remove(person, group_id), people_on_group(group)
            )
        return ask_first(
            request,
            _("Remove the group %(name)s?") % {"name": name},
            reverse("groups:remove", args=[group_id]),
            _("Remove"),
            what,
            words=_goes_with(group),
        )
    edit_group.remove(person, group_id)
    messages.success(request, _("The group %(name)s is removed; its hosts stay.") % {"name": name})
    return redirect("groups:list")


def _goes_with(group: Group) -> str:
    """Grants and credentials that are lost; rules and windows left without a group."""
    grants = group.grants.count()
    said = (
        [ngettext("%(n)d grant is removed with it.", "%(n)d grants are removed with it.", grants)]
        if grants
        else []
    )
    credentials = group.registry_credentials.order_by("registry").values_list("registry", flat=True)
    if credentials:
        said.append(_("Its stored credentials are erased: %(names)s."))
    alone = [
        str(row)
        for rows in (group.guardrails, group.freezes)
        for row in rows.filter(everywhere=False).annotate(n=Count("groups")).filter(n=1)
    ]
    if alone:
        said.append(_("These guardrails and freeze windows would apply nowhere: %(alone)s."))
    told = {"n": grants, "names": ", ".join(credentials), "alone": ", ".join(alone)}
    return " ".join(said) % told

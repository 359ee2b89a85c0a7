"""A registered host's settings: names, address, accounts, sockets, keys, disable, remove."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.furniture.change_preview import ChangePreview, ask_first
from dashboard.furniture.forms import refusal_text
from dashboard.pages.hosts import draft as drafts
from dashboard.pages.hosts.draft import draft_of
from dashboard.pages.hosts.forms import (
    AccountForm,
    AuthorityForm,
    CertificateForm,
    EditForm,
    JumpForm,
)
from dashboard.pages.hosts.views_add import redirect_to
from dashboard.pages.hosts.words import losses
from dashboard.person import person_of
from hosts import control
from hosts.access import Person, get_host, visible_groups
from hosts.actions.hosts import (
    certificates,
    edit_host,
    edit_logins,
    examine_host,
    group_moves,
    host_address,
    jumps,
)
from hosts.actions.hosts.edit_host import HostEdit
from hosts.control import ControlError
from hosts.models import Endpoint, Group, Host
from hosts.refusals import FieldRefusal

NEW_KEY = "joining-host-key"


def _settings(request: HttpRequest, host: Host, form: EditForm) -> HttpResponse:
    may_jump = jumps.choices(person_of(request), but=host)
    logins = list(host.logins.select_related("via__host").prefetch_related("endpoints"))
    for login in logins:
        shown = JumpForm(initial={"via": login.via_id}, jumps=may_jump, auto_id=f"{login.pk}_%s")
        login.jump_form = shown if may_jump or login.via_id else None  # type: ignore[attr-defined]
        login.certificate_form = CertificateForm(  # type: ignore[attr-defined]
            initial={"certificate": login.certificate}, auto_id=f"{login.pk}_%s"
        )
    authority = AuthorityForm(initial={"host_ca": host.host_ca})
    context = {"host": host, "form": form, "logins": logins, "authority_form": authority}
    return render(request, "hosts/edit.html", context)


@never_cache
def edit(request: HttpRequest, host_id: int) -> HttpResponse:
    """The settings page. POST changes name, notes, groups and address."""
    person = person_of(request)
    host = get_host(person, host_id, edit_host.EDIT)
    if request.method != "POST":
        initial = {
            "name": host.name,
            "notes": host.notes,
            "groups": list(host.groups.values_list("name", flat=True)),
            "address": host.address,
            "port": host.port,
        }
        form = EditForm(initial=initial, kind=host.kind, groups=_groups_for(person, host))
        return _settings(request, host, form)
    form = EditForm(request.POST, kind=host.kind, groups=_groups_for(person, host))
    if form.is_valid():
        had = list(host.groups.values_list("name", flat=True))
        wanted = HostEdit(
            name=form.cleaned_data["name"],
            notes=form.cleaned_data["notes"],
            # without the field the groups stay
            groups=form.group_names() if "groups" in form.fields else had,
            address=form.cleaned_data.get("address", ""),
            port=form.cleaned_data.get("port", 0),
        )
        try:
            host = edit_host.edit(person, host_id, wanted)
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            _reload()
            messages.success(request, _("%(name)s: saved.") % {"name": host.name})
            return redirect_to(host)
    return _settings(request, host, form)


def _groups_for(person: Person, host: Host) -> QuerySet[Group] | None:
    """Groups to choose from: those the person may put the host into, and its own. None: no choice."""
    joinable = group_moves.joinable(person)
    if joinable is None:
        return None
    chosen = Q(pk__in=joinable.order_by().values("pk")) | Q(pk__in=host.groups.values("pk"))
    return visible_groups(person).filter(chosen)


@require_POST
def disable(request: HttpRequest, host_id: int) -> HttpResponse:
    """Disconnect the host and keep what is known of it."""
    host = edit_host.disable(person_of(request), host_id)
    _reload()
    messages.success(request, _("%(name)s is disabled.") % {"name": host.name})
    return redirect_to(host)


@require_POST
def enable(request: HttpRequest, host_id: int) -> HttpResponse:
    """Connect the host again."""
    host = edit_host.enable(person_of(request), host_id)
    _reload()
    messages.success(request, _("%(name)s is enabled; Haulout connects.") % {"name": host.name})
    return redirect_to(host)


@never_cache
def remove(request: HttpRequest, host_id: int) -> HttpResponse:
    """GET asks, and lists what goes. POST removes the host from Haulout."""
    person = person_of(request)
    host = get_host(person, host_id, edit_host.REMOVE)
    if request.method == "POST":
        try:
            edit_host.remove(person, host_id)
        except FieldRefusal as trouble:
            messages.error(request, refusal_text(trouble))
            return redirect_to(host)
        _reload()
        words = _("%(name)s is removed from Haulout. Nothing on the host was changed.")
        messages.success(request, words % {"name": host.name})
        return redirect("/hosts/")
    context = {"host": host, "losses": losses(edit_host.count_objects(host.endpoints.all()))}
    return render(request, "hosts/remove.html", context)


@never_cache
def host_key(request: HttpRequest, host_id: int) -> HttpResponse:
    """The pinned host key beside the one shown now. POST pins the shown one."""
    person = person_of(request)
    host = get_host(person, host_id, edit_host.EDIT)
    if host.kind != Host.Kind.SSH:
        return redirect_to(host)
    if request.method == "POST":
        seen = request.session.pop(NEW_KEY, None) or {}
        # pins only the key that this person has seen
        if seen.get("host") == host.pk and seen.get("fingerprint") == request.POST.get("shown"):
            edit_host.accept_host_key(
                person, host_id, line=seen["line"], fingerprint=seen["fingerprint"]
            )
            _reload()
            messages.success(request, _("The new key is accepted; Haulout connects."))
            return redirect_to(host)
        return redirect("hosts:host_key", host_id=host_id)
    context: dict[str, Any] = {"host": host}
    try:
        shown = async_to_sync(control.scan)(host.address, host.port, via=jumps.via_of(host))
    except ControlError as trouble:
        context["trouble"] = trouble
    else:
        request.session[NEW_KEY] = {
            "host": host.pk,
            "line": shown.line,
            "fingerprint": shown.fingerprint,
        }
        context |= {"shown": shown, "same": shown.line == host.host_key}
    return render(request, "hosts/host_key.html", context)


@never_cache
def add_login(request: HttpRequest, host_id: int) -> HttpResponse:
    """The name of another account; the wizard's key step follows."""
    person = person_of(request)
    host = get_host(person, host_id, edit_host.EDIT)
    if host.kind != Host.Kind.SSH:
        return redirect_to(host)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = host_address.check_user(form.cleaned_data["user"])
            if host.logins.filter(user=user).exists():
                raise FieldRefusal("user", _("This account is registered already."))
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            drafts.keep(request.session, draft_of(host, user=user))
            return redirect("hosts:key")
    return render(request, "hosts/account.html", {"host": host, "form": form})


@require_POST
def replace_key(request: HttpRequest, login_id: int) -> HttpResponse:
    """Start the wizard's key step for an account. The old key works until then."""
    login = edit_logins.get_login(person_of(request), login_id, edit_host.EDIT)
    draft = draft_of(login.host, user=login.user)
    draft.login_id = login.pk
    drafts.keep(request.session, draft)
    return redirect("hosts:key")


@require_POST
def set_certificate(request: HttpRequest, login_id: int) -> HttpResponse:
    """Set or remove the SSH certificate of an account's key."""

    def change(person: Person) -> str:
        given = request.POST.get("certificate", "")
        login = certificates.set_certificate(person, login_id, given)
        return _("%(login)s: saved.") % {"login": login}

    return _change(request, change)


@require_POST
def set_authority(request: HttpRequest, host_id: int) -> HttpResponse:
    """Set the certificate authority that may sign this host's keys."""

    def change(person: Person) -> str:
        host = certificates.set_authority(person, host_id, request.POST.get("host_ca", ""))
        return _("%(name)s: saved.") % {"name": host.name}

    return _change(request, change)


@require_POST
def set_jump(request: HttpRequest, login_id: int) -> HttpResponse:
    """Set or remove the jump host of an account."""

    def change(person: Person) -> str:
        login = edit_logins.get_login(person, login_id, edit_host.EDIT)
        form = JumpForm(request.POST, jumps=jumps.choices(person, but=login.host))
        if not form.is_valid():
            raise FieldRefusal(
                "via",
                _("%(login)s keeps its connection: choose one of the jump hosts offered.")
                % {"login": login},
            )
        chosen = form.cleaned_data["via"]
        jumps.set_jump(person, login_id, chosen.pk if chosen else None)
        return _("%(login)s: saved.") % {"login": login}

    return _change(request, change)


@require_http_methods(["GET", "POST"])
def remove_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """GET asks, and lists what goes. POST removes a socket from Haulout."""
    if request.method == "GET":
        return _question(request, edit_logins.get_endpoint(person_of(request), endpoint_id))

    def change(person: Person) -> str:
        edit_logins.remove_endpoint(person, endpoint_id)
        return _("The socket is removed from Haulout.")

    return _change(request, change)


def _question(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    what = ChangePreview()
    try:
        edit_logins.refuse_the_last(endpoint)
    except FieldRefusal as trouble:
        what.troubles.append(refusal_text(trouble))
    gone = losses(edit_host.count_objects(Endpoint.objects.filter(pk=endpoint.pk)))
    grants = endpoint.grants.count()
    if grants:
        gone.append(ngettext("%d grant there", "%d grants there", grants) % grants)
    words = _(
        "Nothing on the host is changed. This endpoint's objects, charts and events leave "
        "Haulout. Past actions stay in the audit log."
    )
    return ask_first(
        request,
        _("Remove the socket of %(name)s?") % {"name": endpoint},
        reverse("hosts:remove_endpoint", args=[endpoint.pk]),
        _("Remove"),
        what,
        words="" if what.troubles else words,
        losses=gone,
        next=reverse("hosts:edit", args=[endpoint.host_id]),
    )


@require_POST
def reconnect(request: HttpRequest, host_id: int) -> HttpResponse:

    def change(person: Person) -> str:
        examine_host.connect_now(person, host_id)
        return _("Haulout tries again now.")

    return _change(request, change)


def _change(request: HttpRequest, change: Callable[[Person], str]) -> HttpResponse:
    try:
        messages.success(request, change(person_of(request)))
        _reload()
    except (FieldRefusal, ControlError) as trouble:
        messages.error(request, refusal_text(trouble))
    back = request.POST.get("next", "")
    return redirect(back if back.startswith("/hosts/") else "/hosts/")


def _reload() -> None:
    async_to_sync(control.reload)()

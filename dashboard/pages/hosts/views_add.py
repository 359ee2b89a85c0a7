"""Add a host: this machine in one click, or address → fingerprint → key → doctor → names."""

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.shapes import Target
from dashboard.furniture.forms import note_refusal, refusal_text
from dashboard.pages.hosts import connection_plan as plans
from dashboard.pages.hosts import draft as drafts
from dashboard.pages.hosts.connection_plan import ConnectionPlan
from dashboard.pages.hosts.doctor_stream import part, stream
from dashboard.pages.hosts.draft import Draft, draft_of
from dashboard.pages.hosts.forms import AddressForm, AuthorityForm, ConnectionFileForm, NamesForm
from dashboard.person import person_of
from hosts import access, control, this_machine
from hosts.access import Person
from hosts.actions.hosts import (
    certificates,
    edit_logins,
    examine_host,
    group_moves,
    host_address,
    jumps,
    register_host,
    same_key,
)
from hosts.actions.hosts.edit_host import EDIT
from hosts.actions.hosts.register_host import NewHost, SocketInfo
from hosts.control import ControlError
from hosts.link.certificates import UserCertificate
from hosts.link.messages import DoctorStep
from hosts.models import Host, Login
from hosts.refusals import FieldRefusal


def require_add(request: HttpRequest) -> Person:
    """The person. Raises Denied when they may not add hosts."""
    person = person_of(request)
    _require(person)
    return person


def _require(person: Person) -> None:
    access.require(person, register_host.VERB, Target(kind="host", id="", name=""))


def page(request: HttpRequest, step: str, /, **context: Any) -> HttpResponse:
    """A step of the wizard. `step` in the context: which one it belongs to, if it is none itself."""
    draft = context.setdefault("draft", drafts.read(request.session))
    order = ["address", "fingerprint", "key", "check"]
    if draft.host_id:
        order = order[2:]
        context["host"] = Host.objects.filter(pk=draft.host_id).first()
    context.setdefault("step", step)
    context |= {"order": order, "first_start": not Host.objects.exists()}
    return render(request, f"hosts/{step}.html", context)


def address_page(
    request: HttpRequest, form: AddressForm, connections_form: ConnectionFileForm | None = None
) -> HttpResponse:
    """Step 1."""
    known = set(
        Login.objects.filter(host__kind=Host.Kind.LOCAL).values_list("endpoints__socket", flat=True)
    )
    local = [one for one in async_to_sync(this_machine.find_sockets)() if one.path not in known]
    return page(
        request,
        "address",
        form=form,
        local=local,
        local_known=bool(known),
        connections_form=connections_form or ConnectionFileForm(),
        plan=plans.read(request.session),
    )


@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Step 1: the address. A valid one is scanned for its host key at once. `planned`: that of a
    connection in the session's plan.
    """
    person = require_add(request)
    may_jump = jumps.choices(person)
    plan = plans.read(request.session)
    if request.method != "POST":
        drafts.forget(request.session)
        planned = plan.get(request.GET.get("planned", ""))
        initial = {"address": planned.uri} if planned else None
        return address_page(request, AddressForm(jumps=may_jump, initial=initial))
    form = AddressForm(request.POST, jumps=may_jump)
    if form.is_valid():
        given = form.cleaned_data
        try:
            where = host_address.parse_address(given["address"])
            typed_port = host_address.check_port(given["port"]) if given["port"] else None
            user = host_address.check_user(where.user or given["user"] or "root")
            # a port in the address wins over the field
            port = where.port or typed_port or 22
            chosen = given.get("via")
            via = jumps.check_jump(person, chosen.pk) if chosen else None
            shown = async_to_sync(control.scan)(where.address, port, via=via.pk if via else None)
        except FieldRefusal as trouble:
            form.refuse(trouble)
        except ControlError as trouble:
            form.refuse(trouble, field="address")
        else:
            draft = Draft(
                address=where.address,
                port=port,
                user=user,
                socket=where.socket,
                algorithm=shown.algorithm,
                fingerprint=shown.fingerprint,
                host_key_line=shown.line,
                via=via.pk if via else None,
                planned=plan.place(request.POST.get("planned", "")),
            )
            drafts.keep(request.session, draft)
            return redirect("hosts:fingerprint")
    return address_page(request, form)


@require_POST
def local(request: HttpRequest) -> HttpResponse:
    """Register a socket of this machine that answers."""
    person = require_add(request)
    path = request.POST.get("socket", "")
    ready = [
        one for one in async_to_sync(this_machine.find_sockets)() if one.ready and one.path == path
    ]
    if not ready:
        messages.error(request, _("That socket does not answer now."))
        return redirect("hosts:add")
    [found] = ready
    line, fingerprint = this_machine.host_key()
    try:
        host = register_host.register(
            person,
            NewHost(
                name=register_host.propose_name(this_machine.hostname()),
                kind=Host.Kind.LOCAL,
                address="",
                port=0,
                user=found.user,
                host_key_line=line,
                fingerprint=fingerprint,
                sealed_key=b"",
                public_key="",
                sockets=[
                    SocketInfo(
                        path=found.path,
                        user=found.user,
                        rootless=found.rootless,
                        graph_root=found.graph_root,
                        podman_version=found.podman_version,
                    )
                ],
            ),
        )
    except FieldRefusal as trouble:
        note_refusal(trouble)
        messages.error(request, refusal_text(trouble))
        return redirect("hosts:add")
    return _registered(request, host)


@never_cache
def fingerprint(request: HttpRequest) -> HttpResponse:
    """Step 2: the host key. The person's yes pins it."""
    person = require_add(request)
    draft = drafts.read(request.session)
    if not draft.host_key_line:
        return redirect("hosts:add")
    known = Host.objects.filter(kind=Host.Kind.SSH, fingerprint=draft.fingerprint).first()
    form = AuthorityForm(request.POST or None, initial={"host_ca": draft.host_ca})
    if request.method == "POST":
        # with two tabs open: the confirmed key must be the one of this draft
        if request.POST.get("fingerprint") != draft.fingerprint:
            return redirect("hosts:fingerprint")
        if known and "into" in request.POST:
            # a known host keeps its address and pinned key
            access.get_host(person, known.pk, EDIT)
            planned = draft.planned
            draft = draft_of(known, user=draft.user, socket=draft.socket)
            draft.planned = planned
        else:
            _set_authority(draft, form)
        if not form.errors:
            draft.confirmed = True
            drafts.keep(request.session, draft)
            return redirect("hosts:key")
    twice = known is not None and known.logins.filter(user=draft.user).exists()
    return page(request, "fingerprint", draft=draft, known=known, twice=twice, form=form)


def _set_authority(draft: Draft, form: AuthorityForm) -> None:
    if form.is_valid():
        try:
            draft.host_ca = certificates.check_authority(form.cleaned_data["host_ca"])
        except FieldRefusal as trouble:
            form.refuse(trouble)


def confirmed_draft(request: HttpRequest) -> Draft | None:
    """The draft; None before the person has confirmed the host key."""
    draft = drafts.read(request.session)
    return draft if draft.confirmed and draft.host_key_line else None


def _names(person: Person, draft: Draft, plan: ConnectionPlan) -> NamesForm:
    """The form with a proposed name, or with name and groups of its connection."""
    groups = group_moves.joinable(person)
    initial: dict[str, Any] = {"name": register_host.propose_name(draft.address)}
    if planned := plan.host(draft.planned):
        initial |= plans.initial_names(planned, groups)
    return NamesForm(initial=initial, groups=groups)


@require_GET
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Step 4: the doctor. The page starts it."""
    require_add(request)
    draft = confirmed_draft(request)
    if draft is None or not draft.sealed_key:
        return redirect("hosts:add")
    return page(request, "check", draft=draft)


@require_POST
def examine(request: HttpRequest) -> HttpResponseBase:
    """The doctor's steps as a stream, with the form that registers the host at the end."""
    person = require_add(request)
    draft = confirmed_draft(request)
    if draft is None or not draft.sealed_key:
        return HttpResponse(status=409)
    patient = examine_host.doctor_request(
        address=draft.address,
        port=draft.port,
        user=draft.user,
        sealed_key=draft.seal,
        host_key_line=draft.host_key_line,
        socket=draft.socket,
        via=draft.via,
        certificate=draft.certificate,
        host_ca=draft.host_ca,
    )

    def ending(steps: list[DoctorStep]) -> str:
        found = examine_host.found_sockets(steps)
        # read again: the doctor may have taken minutes
        session = type(request.session)(request.session.session_key)
        latest = drafts.read(session)
        if (latest.sealed_key, latest.certificate) != (draft.sealed_key, draft.certificate):
            return ""
        signed_in = any(one.step == "login" and one.state == "passed" for one in steps)
        those = [] if latest.host_id else same_key.hosts_with_key(latest.fingerprint)
        twins = async_to_sync(same_key.compare)(found, those) if those else []
        latest.set_sockets(found, signed_in=signed_in, twins=twins)
        drafts.keep(session, latest)
        session.save()
        context = {
            "draft": latest,
            "sockets": found,
            "form": _names(person, latest, plans.read(session)),
        }
        context["clone"] = same_key.warning(twins)
        return part(request, "hosts/found.html", context)

    return stream(request, patient, recheck=_require, ending=ending)


@require_POST
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Register what the draft and the form describe."""
    person = require_add(request)
    draft = confirmed_draft(request)
    if draft is None or not draft.examined:
        return redirect("hosts:add")
    ticked = request.POST.getlist("socket")
    sockets = [one for one in draft.found if one.path in ticked]
    if draft.login_id or draft.host_id:
        return _into_host(request, person, draft, sockets)
    form = NamesForm(request.POST, groups=group_moves.joinable(person))
    if form.is_valid():
        try:
            host = register_host.register(
                person,
                NewHost(
                    name=form.cleaned_data["name"],
                    address=draft.address,
                    port=draft.port,
                    user=draft.user,
                    host_key_line=draft.host_key_line,
                    fingerprint=draft.fingerprint,
                    sealed_key=draft.seal,
                    public_key=draft.public_key,
                    sockets=sockets,
                    groups=form.group_names(),
                    notes=form.cleaned_data["notes"],
                    via=jumps.check_jump(person, draft.via),
                    certificate=_certificate(draft),
                    host_ca=draft.host_ca,
                    jump_only="jump_only" in request.POST and draft.signed_in,
                    twins=draft.twins,
                    another_machine="another_machine" in request.POST,
                ),
            )
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            return _registered(request, host, draft)
    context = {"form": form, "sockets": draft.found, "ticked": ticked, "answered": True}
    context["clone"] = same_key.warning(draft.twins)
    context["another_machine"] = "another_machine" in request.POST
    return page(request, "check", draft=draft, **context)


def _certificate(draft: Draft) -> UserCertificate | None:
    # checked again: it may have ended meanwhile
    return certificates.check_certificate(
        draft.certificate, public_key=draft.public_key, user=draft.user
    )


def _into_host(
    request: HttpRequest, person: Person, draft: Draft, sockets: list[SocketInfo]
) -> HttpResponse:
    assert draft.host_id is not None
    try:
        if draft.login_id:
            edit_logins.replace_key(
                person,
                draft.login_id,
                sealed_key=draft.seal,
                public_key=draft.public_key,
                certificate=_certificate(draft),
            )
        else:
            edit_logins.add_login(
                person,
                draft.host_id,
                user=draft.user,
                sealed_key=draft.seal,
                public_key=draft.public_key,
                sockets=sockets,
                via=jumps.check_jump(person, draft.via, host=Host.objects.get(pk=draft.host_id)),
                certificate=_certificate(draft),
            )
    except FieldRefusal as trouble:
        note_refusal(trouble)
        context = {"sockets": draft.found, "answered": True, "trouble": trouble}
        return page(request, "check", draft=draft, **context)
    return _registered(request, Host.objects.get(pk=draft.host_id), draft)


def _registered(request: HttpRequest, host: Host, draft: Draft | None = None) -> HttpResponse:
    drafts.forget(request.session)
    planned = draft is not None and plans.note_added(
        request.session, person_of(request), draft, host
    )
    async_to_sync(control.reload)()
    messages.success(
        request, _("%(name)s is added. Its containers appear in a moment.") % {"name": host.name}
    )
    if planned:
        return redirect("hosts:connections")
    return redirect("/containers/") if Host.objects.count() == 1 else redirect_to(host)


def redirect_to(host: Host) -> HttpResponse:
    return redirect(f"/hosts/{host.pk}/")

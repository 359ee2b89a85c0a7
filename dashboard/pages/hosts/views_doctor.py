"""The doctor of a registered host: steps for each account, and new sockets to add."""

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard.furniture.forms import refusal_text
from dashboard.pages.hosts.doctor_stream import part, stream
from dashboard.pages.hosts.forms import SocketForm
from dashboard.person import person_of
from hosts.access import Person, allows, get_host
from hosts.actions.hosts import edit_host, edit_logins, examine_host
from hosts.actions.hosts.host_address import check_socket
from hosts.actions.hosts.register_host import SocketInfo
from hosts.link.messages import DoctorStep
from hosts.models import Endpoint, Login
from hosts.refusals import FieldRefusal

FOUND = "joining-found"


@require_GET
@never_cache
def doctor(request: HttpRequest, host_id: int) -> HttpResponse:
    """One card for each account; `?login=` chooses one."""
    person = person_of(request)
    host = get_host(person, host_id, examine_host.VERB)
    logins = list(host.logins.all())
    chosen = request.GET.get("login", "")
    login = next((one for one in logins if str(one.pk) == chosen), logins[0] if logins else None)
    form = SocketForm({"socket": request.GET["socket"]} if "socket" in request.GET else None)
    if form.is_bound and form.is_valid():
        try:
            check_socket(form.cleaned_data["socket"])
        except FieldRefusal as trouble:
            form.refuse(trouble)
    socket = form.cleaned_data["socket"] if form.is_bound and form.is_valid() else ""
    context = {
        "host": host,
        "logins": logins,
        "login": login,
        "socket": socket,
        "quoted": quote(socket, safe=""),
        "form": form,
        "may_edit": allows(person, edit_host.EDIT),
    }
    return render(request, "hosts/host_doctor.html", context)


@require_POST
def examine(request: HttpRequest, login_id: int) -> HttpResponseBase:
    """The doctor's steps as a stream, with the sockets that are not registered yet at the end."""
    person = person_of(request)
    try:
        patient = examine_host.ask(person, login_id, socket=request.GET.get("socket", ""))
    except FieldRefusal:
        return HttpResponse(status=400)
    login = Login.objects.get(pk=login_id)
    may_edit = allows(person, edit_host.EDIT)

    def ending(steps: list[DoctorStep]) -> str:
        known = set(login.endpoints.values_list("socket", flat=True))
        stores = set(
            Endpoint.objects.filter(host=login.host_id).values_list("graph_root", flat=True)
        )
        fresh = [
            one
            for one in examine_host.found_sockets(steps)
            if one.path not in known and one.graph_root not in stores
        ]
        session = type(request.session)(request.session.session_key)
        session[FOUND] = {
            "login": login.pk,
            "sockets": [
                [one.path, one.user, one.rootless, one.graph_root, one.podman_version]
                for one in fresh
            ],
        }
        session.save()
        context = {"login": login, "sockets": fresh if may_edit else []}
        return part(request, "hosts/more_sockets.html", context)

    def recheck(person: Person) -> None:
        edit_logins.get_login(person, login_id, examine_host.VERB)

    return stream(request, patient, recheck=recheck, ending=ending)


@require_POST
def add_sockets(request: HttpRequest, login_id: int) -> HttpResponse:
    """Register sockets that the doctor found through this account."""
    person = person_of(request)
    login = edit_logins.get_login(person, login_id, edit_host.EDIT)
    try:
        edit_logins.add_sockets(person, login_id, _chosen(request, login))
    except FieldRefusal as trouble:
        messages.error(request, refusal_text(trouble))
    else:
        messages.success(request, _("Added; its containers appear in a moment."))
    return redirect("hosts:doctor", host_id=login.host_id)


def _chosen(request: HttpRequest, login: Login) -> list[SocketInfo]:
    found = request.session.get(FOUND) or {}
    seen = [SocketInfo(*one) for one in found.get("sockets", [])]
    ticked = request.POST.getlist("socket")
    if found.get("login") != login.pk:
        seen = []
    return [one for one in seen if one.path in ticked]

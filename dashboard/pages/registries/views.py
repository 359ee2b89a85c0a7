"""Pages of registry credentials. Reading needs `registry.view`, changing `registry.edit`."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.change_preview import ask_first
from dashboard.pages.registries.forms import CredentialForm, PasswordForm
from dashboard.person import person_of
from hosts import access
from hosts.access import Person
from hosts.actions.registries import edit_registry
from hosts.actions.registries.edit_registry import RegistryRefused
from hosts.models import RegistryCredential

EVERY = Target(kind="registry", id="", name="")


def _list(request: HttpRequest, person: Person, form: CredentialForm) -> HttpResponse:
    context = {
        "credentials": RegistryCredential.objects.select_related("group").defer("sealed_password"),
        "form": form,
        "may_edit": access.allows(person, edit_registry.VERB),
    }
    return render(request, "registries/list.html", context)


@never_cache
@sensitive_post_parameters("password")
def registries(request: HttpRequest) -> HttpResponse:
    """All credentials without passwords. POST keeps one."""
    person = person_of(request)
    access.require(person, "registry.view", EVERY)
    if request.method != "POST":
        return _list(request, person, CredentialForm())
    access.require(person, edit_registry.VERB, EVERY)
    form = CredentialForm(request.POST)
    if form.is_valid():
        try:
            row = edit_registry.keep(person, **form.cleaned_data)
        except RegistryRefused as trouble:
            form.refuse(trouble)
        else:
            messages.success(request, _("Stored for %(name)s.") % {"name": row.registry})
            return redirect("registries:list")
    return _list(request, person, form)


@never_cache
@sensitive_post_parameters("password")
def replace(request: HttpRequest, credential_id: int) -> HttpResponse:
    """Replace user name and password."""
    person = person_of(request)
    access.require(person, edit_registry.VERB, EVERY)
    row = RegistryCredential.objects.select_related("group").filter(pk=credential_id).first()
    if row is None:
        raise Http404
    form = PasswordForm(request.POST or None, initial={"username": row.username})
    if request.method == "POST" and form.is_valid():
        try:
            edit_registry.keep(person, registry=row.registry, group=row.group, **form.cleaned_data)
        except RegistryRefused as trouble:
            form.refuse(trouble)
        else:
            messages.success(request, _("Replaced for %(name)s.") % {"name": row.registry})
            return redirect("registries:list")
    return render(request, "registries/replace.html", {"row": row, "form": form})


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, credential_id: int) -> HttpResponse:
    """GET asks, and says what is lost. POST erases the credential."""
    person = person_of(request)
    try:
        if request.method == "GET":
            return _question(request, edit_registry.get_credential(person, credential_id))
        edit_registry.erase(person, credential_id)
    except RegistryCredential.DoesNotExist as exc:
        raise Http404 from exc
    messages.success(request, _("The credentials are erased."))
    return redirect("registries:list")


def _question(request: HttpRequest, row: RegistryCredential) -> HttpResponse:
    told = {"user": row.username, "where": row.group.name if row.group else _("every host")}
    words = _(
        "Pulls, pushes and searches there (%(where)s) no longer sign in as %(user)s. Haulout "
        "cannot show the password: to store it again, somebody must know it."
    )
    return ask_first(
        request,
        _("Erase the password for %(name)s?") % {"name": row.registry},
        reverse("registries:erase", args=[row.pk]),
        _("Erase"),
        words=words % told,
    )

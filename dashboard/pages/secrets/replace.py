"""Replace a secret's value. Its containers keep the old one until they are recreated."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dashboard.furniture.removal import note_person, short_names
from dashboard.furniture.watch_job import go_watch
from dashboard.offers.secret_forms import ReplaceForm
from dashboard.offers.secrets import users_of
from dashboard.person import person_of
from hosts.access import get_object
from hosts.actions.secrets import replace_secret
from hosts.refusals import FieldRefusal


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """GET: the form. POST creates the job."""
    person = person_of(request)
    row = get_object(person, "secret", endpoint_id, podman_id, verb=replace_secret.VERB)
    form = ReplaceForm()
    if request.method == "POST":
        form = ReplaceForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                job = replace_secret.ask(
                    person, (endpoint_id, podman_id), value=form.cleaned_data["value"]
                )
            except FieldRefusal as trouble:
                form.refuse(trouble)
            else:
                return go_watch(request, job)
    note_person(person, [row])
    users = users_of(row)
    warning = ""
    if users:
        warning = _("%s keep the old value until they are recreated.") % short_names(users)
    elif users is None:
        warning = _(
            "The host does not answer, so the containers that use it are not known. They "
            "keep the old value."
        )
    context = {"row": row, "form": form, "warning": warning}
    return render(request, "secrets/replace.html", context)

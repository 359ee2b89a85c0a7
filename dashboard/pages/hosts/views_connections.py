"""From a file of Podman's or Docker's connections to a plan, whose hosts the wizard adds one by one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dashboard.pages.hosts import connection_plan as plans
from dashboard.pages.hosts.forms import AddressForm, ConnectionFileForm
from dashboard.pages.hosts.views_add import address_page, page, require_add
from hosts.actions.hosts import connection_files, jumps
from hosts.refusals import FieldRefusal


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("connections")
def connections(request: HttpRequest) -> HttpResponse:
    """GET: the plan. POST: the file becomes the plan, and nothing is added; with `discard` the plan goes."""
    person = require_add(request)
    if request.method == "POST":
        if "discard" in request.POST:
            plans.forget(request.session)
            return redirect("hosts:add")
        form = ConnectionFileForm(request.POST, request.FILES)
        if not _begin(request, form):
            return address_page(request, AddressForm(jumps=jumps.choices(person)), form)
        return redirect("hosts:connections")
    plan = plans.read(request.session)
    if not plan.hosts and not plan.left_out:
        return redirect("hosts:add")
    rows = plans.rows(plan, person)
    return page(request, "connections", step="address", plan=plan, rows=rows)


def _begin(request: HttpRequest, form: ConnectionFileForm) -> bool:
    if not form.is_valid():
        return False
    try:
        plans.begin(request.session, connection_files.read(form.content()))
    except FieldRefusal as refused:
        form.refuse(refused)
        return False
    return True

"""Save, rename and remove a view, or make it the default. Each answers the menu."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.saved_views import SavedView, rename_view, save_view, set_default
from dashboard.live.saved_views import saved_context
from dashboard.live.spec import spec_named
from dashboard.live.view import view_of
from dashboard.person import person_of
from dashboard.toasts import toast


@require_POST
def save(request: HttpRequest, list_name: str) -> HttpResponse:
    """Save the view of the address `query` as `name`."""
    person, spec = person_of(request), spec_named(list_name)
    if spec is None or not spec.open_to(person):
        raise Http404
    given = QueryDict(request.POST.get("query", "").removeprefix("?"))
    # normalised: drops unknown parts of the address
    query = view_of(spec, given.dict()).url().removeprefix("?")
    try:
        view = save_view(person.user, list_name, name=request.POST.get("name", ""), query=query)
    except ValidationError as wrong:
        return _menu(request, list_name, trouble=" ".join(wrong.messages))
    return toast(_menu(request, list_name), _("Saved: %(name)s") % {"name": view.name})


@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, view_id: int) -> HttpResponse:
    """GET asks for the name. POST renames."""
    view = _own_view(request, view_id)
    if request.method == "GET":
        return render(request, "saved/rename.html", {"view": view})
    try:
        rename_view(view, request.POST.get("name", ""))
    except ValidationError as wrong:
        return _menu(request, view.list_name, trouble=" ".join(wrong.messages))
    return _menu(request, view.list_name)


@require_POST
def default(request: HttpRequest, view_id: int) -> HttpResponse:
    """Make the view the list's default, or end that."""
    view = _own_view(request, view_id)
    set_default(view, on=not view.is_default)
    words = (
        _("The list now opens with %(name)s")
        if view.is_default
        else _("The list now opens without a view")
    )
    return toast(_menu(request, view.list_name), words % {"name": view.name})


@require_POST
def remove(request: HttpRequest, view_id: int) -> HttpResponse:
    view = _own_view(request, view_id)
    view.delete()
    return toast(_menu(request, view.list_name), _("Removed: %(name)s") % {"name": view.name})


def _own_view(request: HttpRequest, view_id: int) -> SavedView:
    return get_object_or_404(SavedView, pk=view_id, owner=person_of(request).user)


def _menu(request: HttpRequest, list_name: str, *, trouble: str = "") -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    context: dict[str, Any] = saved_context(user, list_name)
    return render(
        request, "live/views.html", {**context, "views_open": True, "views_trouble": trouble}
    )

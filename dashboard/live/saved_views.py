"""A person's saved views of a list, for the menu beside its filter line."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.saved_views import default_of, views_of


def saved_context(user: User, list_name: str) -> dict[str, Any]:
    """Context of live/views.html; without `saved` for a list that has no page of its own."""
    try:
        place = reverse(f"{list_name}:list")
    except NoReverseMatch:
        return {}
    return {"saved": list(views_of(user, list_name)), "saved_list": list_name, "place": place}


def default_address(request: HttpRequest, user: User, list_name: str) -> str:
    """Where a list that is opened without a view leads, or ""."""
    if request.GET or "HX-Request" in request.headers:
        return ""
    view = default_of(user, list_name)
    return f"{request.path}?{view.query}" if view and view.query else ""

"""Answers to a change of files: a toast, and an event that reloads the folder."""

import json

from django.http import HttpResponse
from django.utils.translation import gettext as _

from dashboard.toasts import toast
from hosts.jobs.errand import ActionFailed
from hosts.models import InventoryRow
from hosts.podman.errors import NotFound


def success(words: str, status: int = 204) -> HttpResponse:
    """A toast, and the event that reloads the folder."""
    response = toast(HttpResponse(status=status), words, tone="good")
    told = json.loads(response["HX-Trigger"])
    response["HX-Trigger"] = json.dumps({**told, "files-changed": {}})
    return response


def failure(error: Exception, row: InventoryRow) -> HttpResponse:
    """A toast with the reason, in the host's own words."""
    if isinstance(error, ActionFailed):
        words = " ".join(filter(None, (error.message, error.cause)))
    elif isinstance(error, NotFound):
        words = _("It no longer exists.")
    else:
        words = f"{row.endpoint}: {error}"
    return toast(HttpResponse(status=422), words, tone="bad")

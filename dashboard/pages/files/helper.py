"""The helper container that opens a volume nobody mounts, or a container that does not run."""

import time
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.pages.files.responses import failure, success
from dashboard.person import person_of
from hosts.access import Person, get_object, visible_objects
from hosts.actions.files import open_container, open_volume
from hosts.actions.files.helper import NAME
from hosts.jobs.errand import ActionFailed
from hosts.models import Image, InventoryRow, Job
from hosts.models.inventory import LIVE

WITHIN_S: Final = 15.0
LOOK_EVERY_S: Final = 0.2
MOST_IMAGES: Final = 200
_ACTIONS: Final = {"volume": open_volume, "container": open_container}


def images_of(person: Person, row: InventoryRow) -> list[str]:
    """Names of visible images on the endpoint, smallest first. A container's own image comes before all."""
    seen = Image.objects.filter(visible_objects(person, "image"), LIVE, endpoint=row.endpoint)
    rows = seen.filter(dangling=False, manifest_list=False).exclude(name="")
    found = rows.order_by("size_bytes").values_list("name", flat=True)[:MOST_IMAGES]
    first: str = getattr(row, "image", "")
    return list(dict.fromkeys([*([first] if first else []), *found]))


def open_files(kind: str) -> Callable[..., HttpResponse]:
    """The view: ask for the job, then wait until the helper container is there."""
    action = _ACTIONS[kind]

    @require_POST
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        row = get_object(person, kind, endpoint_id, podman_id, verb=action.VERB)
        image = request.POST.get("image", "")
        try:
            if image not in images_of(person, row):
                raise ActionFailed(_("Choose an image that is on this host."))
            job = action.ask(person, (endpoint_id, podman_id), image=image)
        except ActionFailed as trouble:
            return failure(trouble, row)
        return _wait_until_open(job, row)

    return view


def _wait_until_open(job: Job, row: InventoryRow) -> HttpResponse:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if job.progress.get("ready") or job.state not in Job.OPEN:
            break
        time.sleep(LOOK_EVERY_S)
    if job.state not in Job.OPEN:
        return failure(ActionFailed(job.error, job.cause), row)
    return success(_("The files are open for ten minutes"))


def helper_of(name: str) -> dict[str, Any]:
    """Context with the URL of the job behind this helper container; {} for other containers."""
    number = name.removeprefix(NAME)
    if name == number or not number.isdecimal():
        return {}
    return {"helper_job": reverse("jobs:page", args=[int(number)])}

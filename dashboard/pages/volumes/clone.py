"""Copy a volume under a new name. A helper container copies where Podman cannot."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dashboard.furniture.action_forms import CreateForm
from dashboard.furniture.watch_job import go_watch
from dashboard.person import person_of
from hosts import capabilities
from hosts.access import Person, get_object, visible_objects
from hosts.actions.volumes import clone_volume
from hosts.models import Endpoint, Image
from hosts.models.inventory import LIVE
from hosts.refusals import FieldRefusal

MOST_IMAGES = 500
# Podman's image of infra containers: it has no `cp`
PAUSE = "localhost/podman-pause:"


class CloneForm(CreateForm):
    """The new name, and the image of the helper container where one is needed."""

    FOLDED = ()

    image = forms.ChoiceField(
        label=_("Image used to copy"),
        help_text=_(
            "It needs the command cp. It runs once, without a network, and is removed afterwards."
        ),
    )
    field_order = ["name", "image"]

    def __init__(self, *args: Any, images: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["endpoint"], self.fields["labels"]
        choice = self.fields["image"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(name, name) for name in images]
        self.fields["name"].label = _("Name of the copy")


def _images(person: Person, endpoint: Endpoint) -> list[str]:
    """Names of images on the endpoint, smallest first: small ones mostly have `cp`."""
    seen = Image.objects.filter(visible_objects(person, "image"), LIVE, endpoint=endpoint)
    rows = seen.filter(dangling=False).order_by("size_bytes")
    names = rows.values_list("name", flat=True)[:MOST_IMAGES]
    return [name for name in names if name and not name.startswith(PAUSE)]


@require_http_methods(["GET", "POST"])
def clone(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """GET: the form. POST creates the job."""
    person = person_of(request)
    row = get_object(person, "volume", endpoint_id, podman_id, verb=clone_volume.VERB)
    lack = capabilities.lacks(row.endpoint, "volume_transfer")
    images = _images(person, row.endpoint) if lack else []
    form = CloneForm(request.POST or None, images=images, initial={"name": f"{row.name}-copy"})
    if not lack:
        del form.fields["image"]
    if request.method == "POST" and form.is_valid():
        try:
            job = clone_volume.ask(person, (endpoint_id, podman_id), **form.cleaned_data)
        except FieldRefusal as trouble:
            form.refuse(trouble)
        else:
            return go_watch(request, job)
    note = _now("This Podman cannot copy a volume itself. %s") % lack if lack else ""
    context = {"row": row, "form": form, "note": note, "no_image": bool(lack) and not images}
    return render(request, "volumes/clone.html", context)

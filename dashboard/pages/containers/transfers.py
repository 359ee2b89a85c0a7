"""Export of a container as a tar, under transfer/containers/."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.person import person_of
from dashboard.streams.transfer.archives import tar_download
from hosts.actions.containers import export_container


@require_GET
def export(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponseBase:
    """The root file system without volumes."""
    person, ref = person_of(request), (endpoint_id, podman_id)
    row = export_container.exportable(person, ref)
    return tar_download(
        request,
        person,
        lambda: export_container.export(person, row),
        file=f"{row.name or row.podman_id[:12]}.tar",
        failed=_("Not exported: %s"),
        recheck=lambda person: export_container.exportable(person, ref),
    )


app_name = "containertransfers"
urlpatterns = [path("<int:endpoint_id>/<str:podman_id>/export/", export, name="export")]

"""Verbs of one container that need words first: a dialog that comes back with what is wrong in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dashboard.furniture.watching import toast_watch
from dashboard.live.spec import Words
from dashboard.pages.containers.dialog_forms import (
    CheckpointForm,
    CommitForm,
    DialogForm,
    LimitsForm,
    RenameForm,
    RestoreForm,
    StopForm,
    WaitForm,
    limits_now,
)
from dashboard.person import person_of
from hosts.access import Person, get_object
from hosts.actions.asking import ObjectRef
from hosts.actions.containers import (
    checkpoint_container,
    commit_container,
    rename_container,
    restore_container,
    stop_container,
    update_container,
    wait_container,
)
from hosts.actions.refused import HostRefused
from hosts.capabilities import lacks
from hosts.models import InventoryRow, Job


def _nothing(_row: InventoryRow) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Dialog:
    """`name` makes its URL; `ask(person, ref, cleaned data)` the job. `lack`: an ability it needs."""

    name: str
    verb: str
    title: Words
    button: Words
    asked: Words
    form: type[DialogForm]
    ask: Callable[[Person, ObjectRef, dict[str, Any]], Job]
    sentence: Words = ""
    start: Callable[[InventoryRow], dict[str, Any]] = _nothing
    lack: str = ""
    danger: bool = False


DIALOGS = (
    Dialog(
        "rename",
        rename_container.VERB,
        _("Rename %(name)s on %(host)s"),
        _("Rename container"),
        _("Renaming"),
        RenameForm,
        lambda person, ref, given: rename_container.ask(person, ref, name=given["name"]),
        _("Others on its networks find it by the new name once it is started again."),
        start=lambda row: {"name": row.name},
    ),
    Dialog(
        "update",
        update_container.VERB,
        _("Change the limits of %(name)s on %(host)s"),
        _("Change limits"),
        _("Changing the limits of"),
        LimitsForm,
        lambda person, ref, given: update_container.ask(person, ref, texts=given),
        _("They apply at once, also while it runs. Empty fields stay as they are."),
        start=limits_now,
    ),
    Dialog(
        "stop-after",
        stop_container.VERB,
        _("Stop %(name)s on %(host)s"),
        _("Stop container"),
        _("Stopping"),
        StopForm,
        lambda person, ref, given: stop_container.ask(person, ref, timeout_s=given["timeout_s"]),
        _("It is asked to end, and killed when it has not done so in time."),
    ),
    Dialog(
        "wait",
        wait_container.VERB,
        _("Wait for %(name)s on %(host)s"),
        _("Wait"),
        _("Waiting for"),
        WaitForm,
        lambda person, ref, given: wait_container.ask(person, ref, **given),
        _(
            "A job waits, for hours if need be, and tells the exit code; you may leave meanwhile. "
            "It changes nothing, and cancelling the job ends the waiting alone."
        ),
    ),
    Dialog(
        "commit",
        commit_container.VERB,
        _("Commit %(name)s on %(host)s to an image"),
        _("Commit"),
        _("Committing"),
        CommitForm,
        lambda person, ref, given: commit_container.ask(person, ref, **given),
        _("Its files as they are now, without what is in its volumes."),
    ),
    Dialog(
        "checkpoint",
        checkpoint_container.VERB,
        _("Checkpoint %(name)s on %(host)s"),
        _("Checkpoint container"),
        _("Checkpointing"),
        CheckpointForm,
        lambda person, ref, given: checkpoint_container.ask(person, ref, **given),
        _("Its processes and their memory are written to the host's disk (CRIU), then it stops."),
        lack="checkpoint",
    ),
    Dialog(
        "restore",
        restore_container.VERB,
        _("Restore %(name)s on %(host)s from its checkpoint"),
        _("Restore container"),
        _("Restoring"),
        RestoreForm,
        lambda person, ref, given: restore_container.ask(person, ref, **given),
        lack="checkpoint",
    ),
)


def view_of(dialog: Dialog) -> Callable[..., HttpResponse]:
    """GET shows the dialog; POST asks for the job, or shows it again with what is wrong."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person, ref = person_of(request), (endpoint_id, podman_id)
        row = get_object(person, "container", *ref, verb=dialog.verb)
        lack = lacks(row.endpoint, dialog.lack) if dialog.lack else ""
        if request.method == "POST" and not lack:
            form = dialog.form(request.POST)
            job = _asked(dialog, person, ref, form)
            if job is not None:
                return _watch(request, dialog, job)
        else:
            form = dialog.form(initial=dialog.start(row))
        names = {"name": row.name or row.podman_id[:12], "host": row.endpoint}
        context = {
            "dialog": dialog,
            "title": dialog.title % names,
            "word": dialog.button,
            "url": request.path,
            "form": form,
            "lack": lack,
        }
        return render(request, "containers/change.html", context)

    return view


def _asked(dialog: Dialog, person: Person, ref: ObjectRef, form: DialogForm) -> Job | None:
    if not form.is_valid():
        return None
    try:
        return dialog.ask(person, ref, form.cleaned_data)
    except HostRefused as refused:
        words = f"{refused.message} {refused.cure}".strip()
        form.add_error(refused.field if refused.field in form.fields else None, words)
        return None


def _watch(request: HttpRequest, dialog: Dialog, job: Job) -> HttpResponse:
    names = {"asked": dialog.asked, "name": job.object_name, "host": job.endpoint_name}
    words = _now("%(asked)s %(name)s on %(host)s") % names
    return toast_watch(request, job, words)

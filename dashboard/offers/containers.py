"""What is offered to do with containers."""

from dataclasses import replace

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.offer import Fields, Offer, Question, offers_in
from dashboard.furniture.places import LOCK, Opens, Place, places
from dashboard.offers import bodies, container_forms, host_bodies, prunes, usual
from dashboard.offers.container_links import (
    COMPARE,
    DUPLICATE,
    EXPORT,
    FILES,
    INSPECT,
    LOGS,
    TERMINAL,
)
from dashboard.offers.container_orders import recreate, run
from dashboard.offers.container_questions import kill, plain, removal, remove, signal, stop, upgrade
from hosts.actions.containers import (
    check_container,
    checkpoint_container,
    command_container,
    commit_container,
    init_container,
    kill_container,
    pause_container,
    recreate_container,
    remove_container,
    rename_container,
    restart_container,
    restore_container,
    start_container,
    stop_container,
    unpause_container,
    update_container,
    upgrade_container,
    wait_container,
)
from hosts.actions.run import run_container
from hosts.models import InventoryRow

# Podman's states
_NOT_STARTED = frozenset({"created", "configured", "initialized"})
_ENDED = frozenset({"exited", "stopped"})
_ALIVE = frozenset({"running", "paused", "stopping"})
_RUNNING = frozenset({"running"})


def _has_health_check(row: InventoryRow) -> bool:
    return bool(getattr(row, "health", ""))


START = usual.start(
    start_container.ACTION,
    dialog=plain(_("Start %(name)s on %(host)s?"), _("Start %(n)d containers %(on)s?")),
    states=_NOT_STARTED | _ENDED,
)
RESTART = usual.restart(
    restart_container.ACTION,
    dialog=plain(_("Restart %(name)s on %(host)s?"), _("Restart %(n)d containers %(on)s?")),
    body=bodies.StopOptions,
    states=_NOT_STARTED | _ENDED | _RUNNING,
)
STOP = usual.stop(
    stop_container.ACTION,
    dialog=stop,
    states=_ALIVE,
    # what systemd owns may come back by itself
    asks_if=lambda row: bool(getattr(row, "unit", "")),
)
PAUSE = usual.pause(
    pause_container.ACTION,
    dialog=plain(_("Pause %(name)s on %(host)s?"), _("Pause %(n)d containers %(on)s?")),
    states=_RUNNING,
)
UNPAUSE = usual.unpause(
    unpause_container.ACTION,
    dialog=plain(_("Unpause %(name)s on %(host)s?"), _("Unpause %(n)d containers %(on)s?")),
)
KILL = usual.kill(kill_container.ACTION, dialog=kill, params=signal, states=_ALIVE)
UPGRADE = Offer(
    upgrade_container.ACTION,
    _("Pull and recreate"),
    "circle-arrow-up",
    _("Pulling and recreating"),
    upgrade,
    body=bodies.UpgradeOptions,
    asks_first=True,
    menu=_("Pull and recreate…"),
    on=places(Place.MENU, Place.BULK),
)
REMOVE = usual.remove(
    remove_container.ACTION, dialog=remove, params=removal, body=bodies.ContainerRemoveOptions
)
RUN = usual.create(
    replace(run_container.ACTION, ask=run),
    label=_("Run container"),
    body=host_bodies.RunOptions,
    also=_("create new start"),
    page="run:page",
)
# by a page of its own (dashboard.pages.run.recreate)
RECREATE = Offer(
    replace(recreate_container.ACTION, ask=recreate),
    _("Edit and recreate…"),
    "pencil",
    body=host_bodies.RecreateOptions,
    opens=Opens.PAGE,
)
RENAME = Offer(
    rename_container.ACTION,
    _("Rename"),
    "text-cursor-input",
    _("Renaming"),
    Fields(
        container_forms.RenameForm,
        _("Rename %(name)s on %(host)s"),
        _("Rename container"),
        _("Other containers on its networks find it by the new name after its next start."),
        initial=lambda row: {"name": row.name},
    ),
    body=bodies.RenameOptions,
    menu=_("Rename…"),
)
UPDATE = Offer(
    update_container.ACTION,
    _("Change limits"),
    "gauge",
    _("Changing the limits of"),
    Fields(
        container_forms.LimitsForm,
        _("Change the limits of %(name)s on %(host)s"),
        _("Change limits"),
        _("They apply at once, also to a running container. Empty fields stay unchanged."),
        initial=container_forms.limits_now,
    ),
    body=bodies.UpdateOptions,
    menu=_("Change limits…"),
    command=_("Change the limits of %(name)s…"),
)
STOP_AFTER = Offer(
    stop_container.ACTION,
    _("Stop with a timeout"),
    "timer",
    _("Stopping"),
    Fields(
        container_forms.StopForm,
        _("Stop %(name)s on %(host)s"),
        _("Stop container"),
        _("It gets the stop signal, and is killed if it is still running after that time."),
    ),
    states=_ALIVE,
    menu=_("Stop with a timeout…"),
    alias="stop-after",
)
WAIT = Offer(
    wait_container.ACTION,
    _("Wait"),
    "hourglass",
    _("Waiting for"),
    Fields(
        container_forms.WaitForm,
        _("Wait for %(name)s on %(host)s"),
        _("Wait"),
        _(
            "A job waits, for hours if needed, and reports the exit code; you may leave the page. "
            "It changes nothing, and cancelling the job only ends the waiting."
        ),
    ),
    body=bodies.WaitOptions,
    menu=_("Wait until it exits…"),
    command=_("Wait for %(name)s…"),
)
INIT = Offer(
    init_container.ACTION,
    _("Init"),
    "circle-play",
    _("Preparing"),
    plain(_("Init %(name)s on %(host)s?"), _("Init %(n)d containers %(on)s?")),
    states=_ENDED | {"created", "configured"},
    menu=_("Init without starting"),
)
CHECK = Offer(
    check_container.ACTION,
    _("Check health"),
    "heart-pulse",
    _("Checking"),
    plain(
        _("Check %(name)s on %(host)s now?"),
        _("Check %(n)d containers %(on)s now?"),
        _("Check now"),
    ),
    states=_RUNNING,
    fits=_has_health_check,
    menu=_("Check health now"),
    command=_("Check the health of %(name)s…"),
)
CHECKPOINT = Offer(
    checkpoint_container.ACTION,
    _("Checkpoint"),
    "snowflake",
    _("Checkpointing"),
    Fields(
        container_forms.CheckpointForm,
        _("Checkpoint %(name)s on %(host)s"),
        _("Checkpoint container"),
        _("Its processes and their memory are written to the host's disk (CRIU), then it stops."),
        lack="checkpoint",
    ),
    body=bodies.CheckpointOptions,
    states=_RUNNING,
    menu=_("Checkpoint…"),
)
RESTORE = Offer(
    restore_container.ACTION,
    _("Restore"),
    "sun",
    _("Restoring"),
    Fields(
        container_forms.RestoreForm,
        _("Restore %(name)s on %(host)s from its checkpoint"),
        _("Restore container"),
        lack="checkpoint",
    ),
    body=bodies.RestoreOptions,
    states=_ENDED,
    menu=_("Restore a checkpoint…"),
    command=_("Restore %(name)s from its checkpoint…"),
)
COMMIT = Offer(
    commit_container.ACTION,
    _("Commit"),
    "layers",
    _("Committing"),
    Fields(
        container_forms.CommitForm,
        _("Commit %(name)s on %(host)s to an image"),
        _("Commit"),
        _("Its files as they are now, without the data in its volumes."),
    ),
    body=bodies.CommitOptions,
    menu=_("Commit to image…"),
    command=_("Commit %(name)s to an image…"),
)


class CommandOptions(RequestBody):
    """A command line, split into words as a shell does it; no shell gets it."""

    command: str


def _command(rows: list[InventoryRow]) -> Question:
    one = _("Run a command in %(name)s on %(host)s")
    question = plain(one, _("Run a command in %(n)d containers %(on)s"))(rows)
    return replace(
        question,
        sentence=_(
            "It gets no input and no shell: for pipes, use sh -c '…'. Cancelling the job does not end it."
        ),
        warning="",
        options=({"name": "command", "label": _("Command"), "text": True},),
    )


def _command_line(form: QueryDict) -> dict[str, str]:
    return {"command": form.get("command", "")}


COMMAND = Offer(
    command_container.ACTION,
    _("Run command"),
    "chevron-right",
    _("Running a command in"),
    _command,
    _command_line,
    body=CommandOptions,
    states=_RUNNING,
    asks_first=True,
    menu=_("Run command…"),
    command=_("Run a command in %(name)s…"),
    on=places(Place.MENU, Place.BULK),
)
BUTTONS = (
    *(prunes.CONTAINERS, RUN),
    *(START, UNPAUSE, STOP, RESTART, LOGS, TERMINAL, COMPARE, FILES, INSPECT),
    *(RECREATE, DUPLICATE, UPGRADE, RENAME, UPDATE, STOP_AFTER, WAIT, INIT, CHECK, COMMAND),
    *(CHECKPOINT, RESTORE, COMMIT, PAUSE, EXPORT, LOCK, KILL, REMOVE),
)
OFFERS = offers_in(BUTTONS)

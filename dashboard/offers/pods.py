"""What is offered to do with pods, and what their dialogs ask."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.offer import CreatePage, Question, names_of, offers_in
from dashboard.furniture.places import LOCK, Link, Place, places
from dashboard.offers import host_bodies, kube, prunes, usual
from dashboard.offers.pod_form import PodForm
from dashboard.words import Words
from hosts.actions.containers.kill_container import SIGNALS
from hosts.actions.pods import (
    create_pod,
    kill_pod,
    pause_pod,
    remove_pod,
    restart_pod,
    start_pod,
    stop_pod,
    unpause_pod,
)
from hosts.models import InventoryRow


def _title(rows: list[InventoryRow], one: Words, many: Words) -> str:
    if len(rows) == 1:
        return str(one) % {"name": rows[0].name, "host": rows[0].endpoint}
    return str(many) % {"n": len(rows)}


def _members(rows: list[Any]) -> list[str]:
    """Names of the containers that go along."""
    return [
        one.get("name", "")
        for row in rows
        for one in row.containers
        if one.get("id") != row.infra_id
    ]


def _concerned(rows: list[InventoryRow]) -> str:
    names = _members(rows)
    if not names:
        return str(_("The pod has no containers yet."))
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return ngettext(
        "Affects its container %(names)s.", "Affects its %(n)d containers: %(names)s.", len(names)
    ) % {"n": len(names), "names": shown}


def _plain(one: Words, many: Words) -> Callable[[list[InventoryRow]], Question]:
    def question(rows: list[InventoryRow]) -> Question:
        return Question(
            title=_title(rows, one, many),
            sentence=_concerned(rows),
            losses=names_of(rows) if len(rows) > 1 else (),
        )

    return question


def _kill(rows: list[InventoryRow]) -> Question:
    return Question(
        title=_title(
            rows,
            _("Send a signal to all containers of %(name)s on %(host)s?"),
            _("Send a signal to %(n)d pods?"),
        ),
        verb=_("Send signal"),
        sentence=_concerned(rows),
        losses=names_of(rows) if len(rows) > 1 else (),
        options=({"name": "signal", "label": _("Signal"), "choices": SIGNALS},),
    )


def _remove(rows: list[InventoryRow]) -> Question:
    running = sum(getattr(row, "state", "") in ("running", "degraded", "paused") for row in rows)
    label = ngettext("It is running: stop it first", "%(n)d are running: stop them first", running)
    return Question(
        title=_title(rows, _("Remove the pod %(name)s from %(host)s?"), _("Remove %(n)d pods?")),
        verb=ngettext("Remove pod", "Remove pods", len(rows)),
        sentence=_("Its containers are removed too: their writable layers and logs are lost."),
        losses=tuple(_members(rows)),
        options=({"name": "force", "label": label % {"n": running}, "on": True},)
        if running
        else (),
        danger=True,
    )


def _signal(form: QueryDict) -> dict[str, str]:
    signal = form.get("signal", "KILL")
    return {"signal": signal if signal in SIGNALS else "KILL"}


_RUNS = frozenset({"running", "degraded"})
_STILL = frozenset({"created", "exited", "stopped"})
CREATE = usual.create(
    create_pod.ACTION,
    label=_("Create pod"),
    body=host_bodies.PodCreateOptions,
    page=CreatePage(
        PodForm,
        create_pod.order,
        _("Add containers later: on the pod's page, or in the run form."),
    ),
)
START = usual.start(
    start_pod.ACTION,
    dialog=_plain(_("Start the pod %(name)s on %(host)s?"), _("Start %(n)d pods?")),
    states=_STILL | {"degraded"},
)
RESTART = usual.restart(
    restart_pod.ACTION,
    dialog=_plain(_("Restart the pod %(name)s on %(host)s?"), _("Restart %(n)d pods?")),
    states=_RUNS | _STILL,
    asks_first=True,
)
STOP = usual.stop(
    stop_pod.ACTION,
    dialog=_plain(_("Stop the pod %(name)s on %(host)s?"), _("Stop %(n)d pods?")),
    states=_RUNS | {"paused"},
)
PAUSE = usual.pause(
    pause_pod.ACTION,
    dialog=_plain(_("Pause the pod %(name)s on %(host)s?"), _("Pause %(n)d pods?")),
    states=_RUNS,
)
UNPAUSE = usual.unpause(
    unpause_pod.ACTION,
    dialog=_plain(_("Unpause the pod %(name)s on %(host)s?"), _("Unpause %(n)d pods?")),
)
KILL = usual.kill(kill_pod.ACTION, dialog=_kill, params=_signal, states=_RUNS | {"paused"})
REMOVE = usual.remove(remove_pod.ACTION, dialog=_remove)
ADD = Link(
    "add",
    "container.run",
    _("Add a container"),
    "plus",
    places(Place.HEAD),
    at=lambda row: (
        reverse("run:page") + "?" + urlencode({"endpoint": row.endpoint_id, "pod": row.name})
    ),
)
BUTTONS = (
    *(kube.PLAY, prunes.PODS, CREATE),
    *(START, UNPAUSE, STOP, RESTART, ADD, PAUSE, LOCK, KILL, REMOVE),
)
OFFERS = tuple(one for one in offers_in(BUTTONS) if one.kind == "pod")

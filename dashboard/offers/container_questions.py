"""What the dialogs ask before something is done with containers, and how their answers are read."""

from collections.abc import Callable
from dataclasses import replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.furniture.offer import Instead, Question, names_of
from dashboard.furniture.owning_units import owning_units
from dashboard.furniture.removal import may_there
from dashboard.words import Words
from hosts.actions.containers import kill_container
from hosts.models import InventoryRow


def _title(rows: list[InventoryRow], one: Words, many: Words) -> str:
    count = len(rows)
    if count == 1:
        return str(one) % {"name": rows[0].name or rows[0].podman_id[:12], "host": rows[0].endpoint}
    hosts = len({row.endpoint.host_id for row in rows})
    on = ngettext("on %(n)d host", "on %(n)d hosts", hosts) % {"n": hosts}
    return str(many) % {"n": count, "on": on}


def _owned(rows: list[InventoryRow]) -> str:
    """What systemd will do to those it owns, and what a label alone says."""
    units = owning_units(rows)
    names = {one.name for one in units.values()}
    labels = {row.unit for row in rows if row.pk not in units} - {""}  # type: ignore[attr-defined]
    words = []
    if names:
        sentence = _(
            "systemd manages this: %(units)s may start it again. To keep it down, stop the unit."
        )
        words.append(sentence % {"units": _some(names)})
    if labels:
        sentence = _(
            "A label names %(units)s, but systemd does not name a quadlet for it. If a unit manages it"
            " all the same, it may be started again."
        )
        words.append(sentence % {"units": _some(labels)})
    return " ".join(words)


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:5])


def stop(rows: list[InventoryRow]) -> Question:
    """As `plain`; of one that a unit makes, the unit can be stopped instead."""
    question = plain(_("Stop %(name)s on %(host)s?"), _("Stop %(n)d containers %(on)s?"))(rows)
    unit = owning_units(rows).get(rows[0].pk) if len(rows) == 1 else None
    if unit is None or not may_there(rows[0], "unit.stop"):
        return question
    url = reverse("units:stop", args=[unit.endpoint_id, unit.podman_id])
    verb = str(_("Stop the unit %(name)s")) % {"name": unit.name}
    return replace(question, instead=Instead(verb, url))


def _listed(rows: list[InventoryRow]) -> tuple[str, ...]:
    return names_of(rows) if len(rows) > 1 else ()


def plain(one: Words, many: Words, verb: Words = "") -> Callable[[list[InventoryRow]], Question]:
    """Just the question, and whom it concerns."""

    def question(rows: list[InventoryRow]) -> Question:
        return Question(
            title=_title(rows, one, many),
            verb=verb,
            warning=_owned(rows),
            losses=_listed(rows),
        )

    return question


def kill(rows: list[InventoryRow]) -> Question:
    """Which signal."""
    return Question(
        title=_title(
            rows, _("Send a signal to %(name)s on %(host)s?"), _("Send a signal to %(n)d %(on)s?")
        ),
        verb=_("Send signal"),
        sentence=_("KILL ends it at once: it cannot save data or close connections."),
        warning=_owned(rows),
        losses=_listed(rows),
        options=({"name": "signal", "label": _("Signal"), "choices": kill_container.SIGNALS},),
    )


def remove(rows: list[InventoryRow]) -> Question:
    """What is lost, and whether running ones and anonymous volumes go too."""
    running = [row for row in rows if getattr(row, "state", "") in ("running", "paused")]
    lost = ngettext(
        "Its writable layer and its logs are lost. Named volumes stay.",
        "Their writable layers and logs are lost. Named volumes stay.",
        len(rows),
    )
    anonymous = ngettext(
        "Remove its anonymous volumes too", "Remove their anonymous volumes too", len(rows)
    )
    options = [
        {"name": "volumes", "label": anonymous, "on": False},
    ]
    if running:
        label = ngettext(
            "It is running: stop it first", "%(n)d are running: stop them first", len(running)
        )
        options.insert(0, {"name": "force", "label": label % {"n": len(running)}, "on": True})
    return Question(
        title=_title(
            rows, _("Remove %(name)s from %(host)s?"), _("Remove %(n)d containers %(on)s?")
        ),
        verb=ngettext("Remove container", "Remove containers", len(rows)),
        sentence=lost,
        warning=_owned(rows),
        losses=_listed(rows),
        options=tuple(options),
        danger=True,
    )


def upgrade(rows: list[InventoryRow]) -> Question:
    """What becomes of the old one."""
    return Question(
        title=_title(
            rows,
            _("Pull and recreate %(name)s on %(host)s?"),
            _("Pull and recreate %(n)d containers %(on)s?"),
        ),
        verb=_("Pull and recreate"),
        sentence=_(
            "The image is pulled. If it is unchanged, nothing happens. If it is new, the "
            "container is recreated from it with the same settings. If the new container does not "
            "stay up, the old one is restored. Data in its writable layer is lost; volumes stay."
        ),
        warning=_owned(rows),
        losses=_listed(rows),
    )


def removal(form: QueryDict) -> dict[str, bool]:
    """The check boxes of `remove`."""
    return {"force": form.get("force") == "1", "volumes": form.get("volumes") == "1"}


def signal(form: QueryDict) -> dict[str, str]:
    """The signal that was chosen."""
    signal = form.get("signal", "KILL")
    return {"signal": signal if signal in kill_container.SIGNALS else "KILL"}

"""container.healthcheck: run the health check now. A broken try is simply run again."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import plain_asks
from hosts.cards import Lock, Right, Road
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.podman import containers, system
from hosts.podman.errors import Conflict

VERB = "container.healthcheck"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Run it. The result has the verdict, and the output what the check printed."""
    await errand.about_to_send()
    try:
        report = await containers.healthcheck(errand.podman, errand.object_id)
    except Conflict as failed:
        raise ActionFailed(
            _("It has no health check, or does not run: only a running container can be checked."),
            failed.message,
        ) from failed
    # the answer has only this run's verdict; output and health are in inspect
    health = await health_report(errand)
    last = health["log"][-1] if health["log"] else {}
    errand.say(str(last.get("Output") or "").rstrip() or _("The health check printed nothing."))
    return {
        "passed": report.get("Status") == "healthy",
        "health": health["status"],
        "exit_code": last.get("ExitCode"),
        "failing_streak": health["streak"],
    }


async def health_report(errand: Errand) -> dict[str, Any]:
    """The health as inspect shows it: {"status", "streak", "log": [{"ExitCode", "Output", …}]}."""
    found = await containers.inspect(errand.podman, errand.object_id)
    health = (found.get("State") or {}).get("Health") or {}
    log = [one for one in health.get("Log") or [] if isinstance(one, dict)]
    streak = health.get("FailingStreak")
    return {
        "status": str(health.get("Status") or ""),
        "streak": streak if isinstance(streak, int) else 0,
        "log": log,
    }


async def settle(errand: Errand) -> Settlement:
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Check health"), gettext_lazy("Run the container's health check now")),
    road=Road(why="it runs what the container says"),
    lock=Lock.PASSES,
    words=(gettext_lazy("Check"), gettext_lazy("checked the health of")),
    again=on_object(ask),
)

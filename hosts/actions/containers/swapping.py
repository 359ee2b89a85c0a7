"""One container in the place of another: the old one stays until the new one has proved itself.

The new one is made beside the old one under a name of its own, so a spec that Podman refuses costs
nothing. Then: stop the old, set it aside, give the new its name, start it, watch it, remove the
old. Every step looks first, so a try that broke anywhere is taken up where it stopped; the new one
is known by the label of its job, the old one by its id.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions import making, second_look
from hosts.actions.run.table.health import time_to_get_well_s
from hosts.guardrails import Proposed, Refused
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs import crash
from hosts.jobs.approvals import HeldForApproval
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.podman import containers, logs
from hosts.podman.errors import Conflict, Interrupted, NotFound, PodmanError, Unavailable

# how long the new one is watched, and how often
WATCH_S = 10
LOOK_EVERY_S = 1.0
MOST_WATCH_S = 300.0
# rootlessport and pasta of a container that has stopped may hold its ports for a moment
PORT_PATIENCE_S = 10.0
PORT_EVERY_S = 0.5
_PORT_HELD = "address already in use"
# what is observed of a swap
OF_A_SWAP = OF_CONTAINERS | {"container.rename", "image.pull", "volume.create"}


@dataclass(frozen=True)
class Place:
    """The names in a swap: the old one's, the one that is wanted, and where the two wait."""

    name: str
    wanted: str
    job_id: int

    @property
    def aside(self) -> str:
        """Of the old one while the new one is tried."""
        return f"{self.name[:150]}-haulout-old-{self.job_id}"

    @property
    def beside(self) -> str:
        """Of the new one until the place is free."""
        return f"{self.name[:150]}-haulout-new-{self.job_id}"


# of the old one's inspect: the body of containers/create, and what of it was judged
MakeSpec = Callable[[dict[str, Any]], Awaitable[tuple[dict[str, Any], Proposed]]]


async def swap(errand: Errand, make_spec: MakeSpec) -> dict[str, Any]:
    """`make_spec(old inspect)` gives the body of containers/create, with the job's label, and what of it
    was judged.

    The result names the new container. ActionFailed where the old one had to be restored.
    """
    old = await _inspect(errand, errand.object_id)
    new = await made_by(errand)
    before = errand.before or _snapshot(old)
    name = str(before["name"])
    place = Place(name, str(errand.params.get("name") or name), errand.job_id)
    if before.get("failed"):
        with _going_on():
            await _restore(errand, before, place)
        raise ActionFailed(str(before["failed"]), str(before.get("cause", "")))
    asked: Proposed | None = None
    if new is None:
        if old is None:
            raise ActionFailed(_("The container is gone: there is nothing to replace."))
        _judge(old)
        spec, asked = await make_spec(old)
        await errand.about_to_send(before)
        made, warnings = await containers.create(errand.podman, spec | {"name": place.beside})
        for warning in warnings:
            errand.say(warning)
    else:
        made = str(new["Id"])
        if old is not None:
            try:
                _spec, asked = await make_spec(old)
            except (Refused, NotAllowed, HeldForApproval):
                # a rule that came after the first try; a held job is no longer ours to report on
                with _going_on():
                    await _put_back(errand, before, place)
                raise
        await errand.about_to_send(before)
    await crash.point(crash.AFTER_CREATE, errand.job_id)
    with _going_on():
        await _look(errand, before, place, made, asked)
    await crash.point(crash.AFTER_LOOK, errand.job_id)
    try:
        with _going_on():
            await _take_place(errand, before, place, made)
    except asyncio.CancelledError:
        await asyncio.shield(_restore(errand, before, place))
        raise
    except _Refused as refused:
        with _going_on():
            await _give_up(errand, before, place, refused)
    return {"kind": "container", "id": made, "replaced": errand.object_id}


@contextmanager
def _going_on() -> Iterator[None]:
    """A host that goes away in here is waited for, and the swap taken up: half of it stays nowhere."""
    try:
        yield
    except Unavailable as away:
        # this call was not sent, but those before it were
        raise Interrupted(away.message, cause=away.cause, status=away.status) from away


async def _look(
    errand: Errand, before: dict[str, Any], place: Place, made: str, asked: Proposed | None
) -> None:
    """The second look. Where it fails all is as it was: the old one ran on, or runs again."""

    async def undo() -> str:
        await _restore(errand, before, place)
        return _("The old container was kept.")

    try:
        await second_look.at_container(errand, made, asked, undo=undo)
    except NotAllowed:
        raise
    except ActionFailed:
        await _restore(errand, before, place)
        raise


class _Refused(Exception):
    """The new one does not do; `cause` in Podman's words."""

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


def _snapshot(old: dict[str, Any] | None) -> dict[str, Any]:
    if old is None:
        raise ActionFailed(_("The container is gone: there is nothing to replace."))
    state = old.get("State") or {}
    return {
        "name": str(old.get("Name") or ""),
        # Podman does not say that a paused one runs
        "running": bool(state.get("Running") or state.get("Paused")),
        "paused": bool(state.get("Paused")),
    }


def _judge(old: dict[str, Any]) -> None:
    if (old.get("HostConfig") or {}).get("AutoRemove") and (old.get("State") or {}).get("Running"):
        raise ActionFailed(
            _(
                "It removes itself when it stops (--rm), so it could not be restored. "
                "Duplicate it instead."
            )
        )
    if old.get("IsInfra"):
        raise ActionFailed(_("It carries a pod: change the pod instead."))


async def _take_place(errand: Errand, before: dict[str, Any], place: Place, made: str) -> None:
    old = await _inspect(errand, errand.object_id)
    if old is not None:
        await _tell(errand, _("Stopping the old container"))
        if (old.get("State") or {}).get("Paused"):
            await _tried(
                containers.unpause(errand.podman, errand.object_id),
                _("The old one cannot be let go on."),
            )
        await _tried(
            containers.stop(errand.podman, errand.object_id), _("The old one cannot be stopped.")
        )
        if old.get("Name") == place.name:
            await _tried(
                containers.rename(errand.podman, errand.object_id, name=place.aside),
                _("The old one could not be set aside."),
            )
    new = await containers.inspect(errand.podman, made)
    if new.get("Name") != place.wanted:
        await _tried(
            containers.rename(errand.podman, made, name=place.wanted),
            _("The new one could not take the name."),
        )
    if before["running"]:
        await _tell(errand, _("Starting the new container"))
        await _tried(_start(errand, made), _("The new container does not start."))
        await _watch(errand, made)
    if old is not None:
        await _tell(errand, _("Removing the old container"))
        try:
            # its volumes belong to the new one now
            await containers.remove(errand.podman, errand.object_id, volumes=False)
        except NotFound:
            pass
        except Conflict as held:
            raise _Refused(
                _("Others depend on the old container, so it cannot be replaced."), held.message
            ) from held


async def _tell(errand: Errand, words: str) -> None:
    """A line of the output that is seen while the job runs."""
    errand.say(words)
    await errand.report(errand.progress)


async def _tried(call: Awaitable[object], words: str) -> None:
    try:
        await call
    except PodmanError as failed:
        if failed.maybe_done or isinstance(failed, Unavailable):
            # the host is away: nothing is known yet
            raise
        raise _Refused(words, failed.message) from failed


async def _start(errand: Errand, container: str) -> None:
    """Start it, again for some seconds while something holds one of its ports. PodmanError."""
    began, told = time.monotonic(), False
    while True:
        try:
            await containers.start(errand.podman, container)
            return
        except PodmanError as failed:
            held = _PORT_HELD in f"{failed.message} {failed.cause}".lower()
            if not held or time.monotonic() - began > PORT_PATIENCE_S:
                raise
        if not told:
            errand.say(_("Its port is still held: trying again"))
            told = True
        await errand.report(errand.progress)
        await asyncio.sleep(PORT_EVERY_S)


async def _watch(errand: Errand, made: str) -> None:
    """Until it has stayed up for a while, and is well where it has a check. _Refused."""
    found = await containers.inspect(errand.podman, made)
    check = (found.get("Config") or {}).get("Healthcheck") or {}
    checked = bool(check.get("Test")) and check["Test"][0] != "NONE"
    wait_s = float(errand.params.get("watch_s") or WATCH_S)
    patience_s = min(wait_s + time_to_get_well_s(check), MOST_WATCH_S)
    words = _("Watching whether it gets well") if checked else _("Watching whether it stays up")
    await _tell(errand, words)
    began = time.monotonic()
    next_check_s = wait_s
    every_s = max(float(check.get("Interval") or 0) / 1e9, LOOK_EVERY_S)
    restarts = int(found.get("RestartCount") or 0)
    while True:
        state = found.get("State") or {}
        if not state.get("Running"):
            raise _Refused(
                _("The new container ended with code %s.") % state.get("ExitCode"),
                str(state.get("Error") or ""),
            )
        if int(found.get("RestartCount") or 0) > restarts:
            raise _Refused(_("The new container fell and was restarted by its policy."))
        health = str((state.get("Health") or state.get("Healthcheck") or {}).get("Status") or "")
        passed_s = time.monotonic() - began
        if checked and health == "unhealthy":
            raise _Refused(_("The new container is unhealthy."))
        if passed_s >= wait_s and (not checked or health == "healthy"):
            return
        if passed_s >= patience_s:
            raise _Refused(_("The new container did not get well in %d s.") % patience_s)
        await asyncio.sleep(LOOK_EVERY_S)
        if checked and passed_s >= next_check_s:
            # no oftener than its own clock would: failures in a row make it unhealthy
            next_check_s = passed_s + every_s
            await _check_now(errand, made)
        found = await containers.inspect(errand.podman, made)


async def _check_now(errand: Errand, made: str) -> None:
    """Run its check: on a host without systemd nobody else does."""
    try:
        await containers.healthcheck(errand.podman, made)
    except PodmanError as failed:
        if failed.maybe_done or isinstance(failed, Unavailable):
            raise
        # it is not running, or its check is running already: the next look tells


async def _give_up(errand: Errand, before: dict[str, Any], place: Place, refused: _Refused) -> None:
    words = _("%s The old container was restored.") % refused
    cause = refused.cause or await _last_words(errand)
    # from here on a broken try restores, and no longer tries
    await errand.about_to_send(before | {"failed": words, "cause": cause[:4000]})
    await _restore(errand, before, place)
    raise ActionFailed(words, cause)


async def _last_words(errand: Errand) -> str:
    """The end of the new one's log, which says why more often than Podman does."""
    new = await made_by(errand)
    if new is None:
        return ""
    return await logs.last_words(errand.podman, str(new["Id"]))


async def _restore(errand: Errand, before: dict[str, Any], place: Place) -> None:
    """The old one as it was: its name, and running where it ran. Nothing of the new one stays."""
    await _tell(errand, _("Restoring the old container"))
    await _put_back(errand, before, place)


async def _put_back(errand: Errand, before: dict[str, Any], place: Place) -> None:
    new = await made_by(errand)
    if new is not None:
        try:
            await containers.remove(
                errand.podman, str(new["Id"]), force=True, wait_s=0, volumes=False
            )
        except NotFound:
            pass
    old = await _inspect(errand, errand.object_id)
    if old is None:
        return
    if old.get("Name") == place.aside:
        await containers.rename(errand.podman, errand.object_id, name=place.name)
    state = old.get("State") or {}
    if state.get("Paused"):
        return
    if before["running"] and not state.get("Running"):
        await _start(errand, errand.object_id)
    if before["paused"]:
        await containers.pause(errand.podman, errand.object_id)


async def made_by(errand: Errand) -> dict[str, Any] | None:
    """The container that this job made, as Podman lists it."""
    filters = making.made_by(errand.job_id)
    found = await containers.list_containers(errand.podman, filters=filters)
    return dict(found[0]) if found else None


async def _inspect(errand: Errand, container: str) -> dict[str, Any] | None:
    try:
        return await containers.inspect(errand.podman, container)
    except NotFound:
        return None


async def settle_swap(errand: Errand) -> Settlement:
    """Done when the old one is gone and the new one stands in its place; else `swap` goes on."""
    old, new = await _inspect(errand, errand.object_id), await made_by(errand)
    gone = old is None and new is not None
    return Settlement.DONE if gone and not errand.before.get("failed") else Settlement.AGAIN


async def mend_swap(errand: Errand) -> None:
    """After a swap that was lost half-way and not done: the old one as it was, the new one gone.

    Nothing is touched that somebody has put in order since.
    """
    name = str(errand.before.get("name") or "")
    if not name:
        return
    place = Place(name, str(errand.params.get("name") or name), errand.job_id)
    old, new = await _inspect(errand, errand.object_id), await made_by(errand)
    waits = new is not None and place.beside in (new.get("Names") or [])
    if old is not None and (waits or old.get("Name") == place.aside):
        await _restore(errand, errand.before, place)

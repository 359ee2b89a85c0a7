"""Replaces a container by another. The old one stays until the new one works.

The new one is created beside it under its own name, so a spec that Podman refuses does no harm. Then: stop
the old one, rename it, give the new one its name, start it, watch it, remove the old one.

Each step first looks at the state, so a broken try continues where it stopped. The new container is known
by its job's label, the old one by its id.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions import creation, second_look
from hosts.actions.run.table.health import time_to_get_well_s
from hosts.guardrails import GuardrailRefused, Proposal
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs import crash
from hosts.jobs.approvals import HeldForApproval
from hosts.jobs.errand import ActionFailed, Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.podman import containers, logs
from hosts.podman.errors import Conflict, Interrupted, NotFound, PodmanError, Unavailable

# how long and how often the new container is watched
WATCH_S = 10
LOOK_EVERY_S = 1.0
MOST_WATCH_S = 300.0
# rootlessport and pasta may hold a stopped container's ports for a moment
PORT_PATIENCE_S = 10.0
PORT_EVERY_S = 0.5
_PORT_HELD = "address already in use"
# events that a swap causes
SWAP_EVENTS = OF_CONTAINERS | {"container.rename", "image.pull", "volume.create"}


@dataclass(frozen=True)
class SwapNames:
    """The names in a swap: of the old container, of the new one, and of both while they wait."""

    name: str
    wanted: str
    job_id: int

    @property
    def aside(self) -> str:
        """The old container's name while the new one is tried."""
        return f"{self.name[:150]}-haulout-old-{self.job_id}"

    @property
    def beside(self) -> str:
        """The new container's name until the old name is free."""
        return f"{self.name[:150]}-haulout-new-{self.job_id}"


# from the old inspect: (body of containers/create, its proposal)
MakeSpec = Callable[[dict[str, Any]], Awaitable[tuple[dict[str, Any], Proposal]]]


async def swap(errand: Errand, make_spec: MakeSpec) -> dict[str, Any]:
    """Replace the container. `make_spec` gets the old inspect and gives the new spec and its proposal. The
    result names the new container. ActionFailed where the old one was restored.
    """
    old = await _inspect(errand, errand.object_id)
    new = await container_of_job(errand)
    before = errand.before or _snapshot(old)
    name = str(before["name"])
    place = SwapNames(name, str(errand.params.get("name") or name), errand.job_id)
    if before.get("failed"):
        with _resumable():
            await _restore(errand, before, place)
        raise ActionFailed(str(before["failed"]), str(before.get("cause", "")))
    asked: Proposal | None = None
    if new is None:
        if old is None:
            raise ActionFailed(_("The container no longer exists, so there is nothing to replace."))
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
            except (GuardrailRefused, NotAllowed, HeldForApproval):
                # a rule is newer than the first try, or the job is held
                with _resumable():
                    await _put_back(errand, before, place)
                raise
        await errand.about_to_send(before)
    await crash.point(crash.AFTER_CREATE, errand.job_id)
    with _resumable():
        await _second_look(errand, before, place, made, asked)
    await crash.point(crash.AFTER_LOOK, errand.job_id)
    try:
        with _resumable():
            await _take_place(errand, before, place, made)
    except asyncio.CancelledError:
        await asyncio.shield(_restore(errand, before, place))
        raise
    except _NewContainerFailed as refused:
        with _resumable():
            await _give_up(errand, before, place, refused)
    return {"kind": "container", "id": made, "replaced": errand.object_id}


@contextmanager
def _resumable() -> Iterator[None]:
    """A host that goes away in this block counts as interrupted, so the swap is continued later."""
    try:
        yield
    except Unavailable as away:
        # earlier calls were sent, this one was not
        raise Interrupted(away.message, cause=away.cause, status=away.status) from away


async def _second_look(
    errand: Errand, before: dict[str, Any], place: SwapNames, made: str, asked: Proposal | None
) -> None:
    """The second look at the new container. If it fails, the old one is restored."""

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


class _NewContainerFailed(Exception):
    """The new container does not work. `cause`: Podman's words."""

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


def _snapshot(old: dict[str, Any] | None) -> dict[str, Any]:
    if old is None:
        raise ActionFailed(_("The container no longer exists, so there is nothing to replace."))
    state = old.get("State") or {}
    return {
        "name": str(old.get("Name") or ""),
        # a paused container does not count as running in Podman
        "running": bool(state.get("Running") or state.get("Paused")),
        "paused": bool(state.get("Paused")),
    }


def _judge(old: dict[str, Any]) -> None:
    if (old.get("HostConfig") or {}).get("AutoRemove") and (old.get("State") or {}).get("Running"):
        raise ActionFailed(
            _(
                "It is removed when it stops (--rm), so it could not be restored. Duplicate it "
                "instead."
            )
        )
    if old.get("IsInfra"):
        raise ActionFailed(_("It is the infra container of a pod: change the pod instead."))


async def _take_place(errand: Errand, before: dict[str, Any], place: SwapNames, made: str) -> None:
    old = await _inspect(errand, errand.object_id)
    if old is not None:
        await _tell(errand, _("Stopping the old container"))
        if (old.get("State") or {}).get("Paused"):
            await _step(
                containers.unpause(errand.podman, errand.object_id),
                _("The old container cannot be started again."),
            )
        await _step(
            containers.stop(errand.podman, errand.object_id),
            _("The old container cannot be stopped."),
        )
        if old.get("Name") == place.name:
            await _step(
                containers.rename(errand.podman, errand.object_id, name=place.aside),
                _("The old container could not be renamed."),
            )
    new = await containers.inspect(errand.podman, made)
    if new.get("Name") != place.wanted:
        await _step(
            containers.rename(errand.podman, made, name=place.wanted),
            _("The new container could not take the name."),
        )
    if before["running"]:
        await _tell(errand, _("Starting the new container"))
        await _step(_start(errand, made), _("The new container does not start."))
        await _watch(errand, made)
    if old is not None:
        await _tell(errand, _("Removing the old container"))
        try:
            # the new container uses its volumes
            await containers.remove(errand.podman, errand.object_id, volumes=False)
        except NotFound:
            pass
        except Conflict as held:
            raise _NewContainerFailed(
                _("Others depend on the old container, so it cannot be replaced."), held.message
            ) from held


async def _tell(errand: Errand, words: str) -> None:
    """Add a line to the output while the job runs."""
    errand.say(words)
    await errand.report(errand.progress)


async def _step(call: Awaitable[object], words: str) -> None:
    try:
        await call
    except PodmanError as failed:
        if failed.maybe_done or isinstance(failed, Unavailable):
            # the host is away, so the result is not known
            raise
        raise _NewContainerFailed(words, failed.message) from failed


async def _start(errand: Errand, container: str) -> None:
    """Start it, for some seconds again while one of its ports is held. PodmanError."""
    began, reported = time.monotonic(), False
    while True:
        try:
            await containers.start(errand.podman, container)
            return
        except PodmanError as failed:
            held = _PORT_HELD in f"{failed.message} {failed.cause}".lower()
            if not held or time.monotonic() - began > PORT_PATIENCE_S:
                raise
        if not reported:
            errand.say(_("Its port is still in use: trying again"))
            reported = True
        await errand.report(errand.progress)
        await asyncio.sleep(PORT_EVERY_S)


async def _watch(errand: Errand, made: str) -> None:
    """Wait until it stayed up for a while, and is healthy if it has a check. _NewContainerFailed."""
    found = await containers.inspect(errand.podman, made)
    check = (found.get("Config") or {}).get("Healthcheck") or {}
    checked = bool(check.get("Test")) and check["Test"][0] != "NONE"
    wait_s = float(errand.params.get("watch_s") or WATCH_S)
    patience_s = min(wait_s + time_to_get_well_s(check), MOST_WATCH_S)
    words = _("Waiting for the health check") if checked else _("Checking that it stays up")
    await _tell(errand, words)
    began = time.monotonic()
    next_check_s = wait_s
    every_s = max(float(check.get("Interval") or 0) / 1e9, LOOK_EVERY_S)
    restarts = int(found.get("RestartCount") or 0)
    while True:
        state = found.get("State") or {}
        if not state.get("Running"):
            raise _NewContainerFailed(
                _("The new container exited with code %s.") % state.get("ExitCode"),
                str(state.get("Error") or ""),
            )
        if int(found.get("RestartCount") or 0) > restarts:
            raise _NewContainerFailed(
                _("The new container exited and was restarted by its policy.")
            )
        health = str((state.get("Health") or state.get("Healthcheck") or {}).get("Status") or "")
        passed_s = time.monotonic() - began
        if checked and health == "unhealthy":
            raise _NewContainerFailed(_("The new container is unhealthy."))
        if passed_s >= wait_s and (not checked or health == "healthy"):
            return
        if passed_s >= patience_s:
            raise _NewContainerFailed(
                _("The new container was not healthy within %d s.") % patience_s
            )
        await asyncio.sleep(LOOK_EVERY_S)
        if checked and passed_s >= next_check_s:
            # not more often than its own interval: failures in a row make it unhealthy
            next_check_s = passed_s + every_s
            await _check_now(errand, made)
        found = await containers.inspect(errand.podman, made)


async def _check_now(errand: Errand, made: str) -> None:
    """Run its health check. Without systemd nothing else does."""
    try:
        await containers.healthcheck(errand.podman, made)
    except PodmanError as failed:
        if failed.maybe_done or isinstance(failed, Unavailable):
            raise
        # it does not run, or its check is running: the next look shows it


async def _give_up(
    errand: Errand, before: dict[str, Any], place: SwapNames, refused: _NewContainerFailed
) -> None:
    words = _("%s The old container was restored.") % refused
    cause = refused.cause or await _last_words(errand)
    # from now on a broken try only restores
    await errand.about_to_send(before | {"failed": words, "cause": cause[:4000]})
    await _restore(errand, before, place)
    raise ActionFailed(words, cause)


async def _last_words(errand: Errand) -> str:
    """The end of the new container's log."""
    new = await container_of_job(errand)
    if new is None:
        return ""
    return await logs.last_words(errand.podman, str(new["Id"]))


async def _restore(errand: Errand, before: dict[str, Any], place: SwapNames) -> None:
    """Remove the new container. Give the old one its name, and start it if it ran."""
    await _tell(errand, _("Restoring the old container"))
    await _put_back(errand, before, place)


async def _put_back(errand: Errand, before: dict[str, Any], place: SwapNames) -> None:
    new = await container_of_job(errand)
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


async def container_of_job(errand: Errand) -> dict[str, Any] | None:
    """The container that this job made, as Podman lists it, or None."""
    filters = creation.job_filter(errand.job_id)
    found = await containers.list_containers(errand.podman, filters=filters)
    return dict(found[0]) if found else None


async def _inspect(errand: Errand, container: str) -> dict[str, Any] | None:
    try:
        return await containers.inspect(errand.podman, container)
    except NotFound:
        return None


async def settle_swap(errand: Errand) -> Settlement:
    """Done when the old container is gone and the new one is there. Else `swap` continues."""
    old, new = await _inspect(errand, errand.object_id), await container_of_job(errand)
    gone = old is None and new is not None
    return Settlement.DONE if gone and not errand.before.get("failed") else Settlement.AGAIN


async def mend_swap(errand: Errand) -> None:
    """After a swap with an unknown outcome: restore the old container, remove the new one. It changes
    nothing that a person has put in order since.
    """
    name = str(errand.before.get("name") or "")
    if not name:
        return
    place = SwapNames(name, str(errand.params.get("name") or name), errand.job_id)
    old, new = await _inspect(errand, errand.object_id), await container_of_job(errand)
    waits = new is not None and place.beside in (new.get("Names") or [])
    if old is not None and (waits or old.get("Name") == place.aside):
        await _restore(errand, errand.before, place)

"""What can be done with an object that is there: POST /containers/…/restart, and to many at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, create_model

from accounts.verbs import verb_named
from dashboard.api.bearer import person_of
from dashboard.api.once import asked
from dashboard.api.parsing import Nothing, Sent
from dashboard.api.reading import Id, ObjectId
from dashboard.api.shapes import PLURALS, BatchOut, JobOut
from hosts.actions.containers import (
    check_container,
    checkpoint_container,
    commit_container,
    init_container,
    kill_container,
    pause_container,
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
from hosts.actions.images import push_image, remove_image, tag_image, untag_image
from hosts.actions.networks import connect_network, disconnect_network, remove_network
from hosts.actions.pods import (
    kill_pod,
    pause_pod,
    remove_pod,
    restart_pod,
    start_pod,
    stop_pod,
    unpause_pod,
)
from hosts.actions.secrets import remove_secret
from hosts.actions.volumes import clone_volume, remove_volume
from hosts.jobs.pace import MOST_AT_ONCE, paced

router = Router()
Signal = Literal["KILL", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT", "WINCH"]


class Patience(Sent):
    """How long it may take to end by itself before it is killed; empty: its own time."""

    timeout_s: int | None = Field(None, ge=0, le=86_400)


class Signalled(Sent):
    """A signal."""

    signal: Signal = "KILL"


class Forced(Sent):
    """Also when it is in use."""

    force: bool = False


class ContainerGone(Forced):
    """How a container is removed."""

    volumes: bool = Field(False, description="Its anonymous volumes too")


class Renamed(Sent):
    """Another name."""

    name: str = Field(max_length=200)


class Limits(Sent):
    """By the names of the run form's fields; what is left out stays."""

    texts: dict[str, str] = Field(description="Such as {“memory”: “512m”, “cpus”: “1.5”}")


class Watched(Sent):
    """How long the new one has to stay up before the old one goes."""

    watch_s: int | None = Field(None, ge=1, le=3600)


class Committed(Sent):
    """The image to make."""

    name: str = Field(max_length=500)
    author: str = Field("", max_length=200)
    message: str = Field("", max_length=1000)
    pause: bool = True


class Awaited(Sent):
    """What to wait for: exited, running, healthy …"""

    condition: str = Field("exited", max_length=40)


class Frozen(Sent):
    """How a checkpoint is made."""

    keep: bool = False
    leave_running: bool = False
    tcp: bool = False


class Woken(Sent):
    """How a checkpoint is taken up."""

    keep: bool = False
    tcp: bool = False


class Pushed(Sent):
    """Where to."""

    destination: str = Field(max_length=500)


class Names(Sent):
    """Full names."""

    names: list[str] = Field(min_length=1, max_length=50)


class Cloned(Sent):
    """The new volume."""

    name: str = Field(max_length=200)


class Joined(Sent):
    """The container that joins."""

    container_id: str = Field(max_length=255)
    aliases: list[str] = Field(default=[], max_length=20)
    address: str = Field("", max_length=60)


class Parted(Sent):
    """The container that leaves."""

    container_id: str = Field(max_length=255)


@dataclass(frozen=True)
class Doing:
    """A verb with its parameters. `module` has `VERB`, `ask`, and maybe `ask_many`."""

    module: Any
    body: type[Sent] = Nothing

    @property
    def kind(self) -> str:
        """`container`."""
        return str(self.module.VERB.partition(".")[0])

    @property
    def name(self) -> str:
        """`restart`."""
        return str(self.module.VERB.partition(".")[2])


DOINGS = (
    Doing(start_container),
    Doing(stop_container, Patience),
    Doing(restart_container, Patience),
    Doing(kill_container, Signalled),
    Doing(pause_container),
    Doing(unpause_container),
    Doing(init_container),
    Doing(check_container),
    Doing(rename_container, Renamed),
    Doing(update_container, Limits),
    Doing(upgrade_container, Watched),
    Doing(commit_container, Committed),
    Doing(checkpoint_container, Frozen),
    Doing(restore_container, Woken),
    Doing(wait_container, Awaited),
    Doing(remove_container, ContainerGone),
    Doing(start_pod),
    Doing(stop_pod, Patience),
    Doing(restart_pod),
    Doing(kill_pod, Signalled),
    Doing(pause_pod),
    Doing(unpause_pod),
    Doing(remove_pod, Forced),
    Doing(push_image, Pushed),
    Doing(tag_image, Names),
    Doing(untag_image, Names),
    Doing(remove_image, Forced),
    Doing(clone_volume, Cloned),
    Doing(remove_volume, Forced),
    Doing(connect_network, Joined),
    Doing(disconnect_network, Parted),
    Doing(remove_network, Forced),
    Doing(remove_secret),
)


class Ref(Sent):
    """An object: its endpoint’s number, and its id there."""

    endpoint: int = Field(ge=1, le=2**63 - 1)
    id: str = Field(min_length=1, max_length=255)


MOST = 1000
AT_ONCE: Any = (
    int,
    Field(0, ge=0, le=MOST_AT_ONCE, description="How many at the same time; 0: no bound"),
)
STOP: Any = (
    bool,
    Field(False, description="Begin no further one after a failure; without a bound one by one"),
)


def _one(doing: Doing) -> None:
    plural, body = PLURALS[doing.kind], doing.body

    def done(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: Any) -> Any:
        person = person_of(request)
        ref = (endpoint_id, podman_id)
        return asked(request, lambda: doing.module.ask(person, ref, **given.dict()))

    _route(
        done,
        body,
        f"/{plural}/{{endpoint_id}}/{{podman_id}}/{doing.name}",
        doing,
        response=JobOut,
        tag=plural,
        many=False,
    )


def _many(doing: Doing) -> None:
    plural = PLURALS[doing.kind]
    objects: Any = (list[Ref], Field(min_length=1, max_length=MOST))
    body = create_model(
        f"Many{doing.body.__name__}",
        __base__=doing.body,
        objects=objects,
        at_once=AT_ONCE,
        stop_on_failure=STOP,
    )

    def done(request: HttpRequest, given: Any) -> Any:
        person = person_of(request)
        params = given.dict()
        refs = [(one["endpoint"], one["id"]) for one in params.pop("objects")]
        speed = {name: params.pop(name) for name in ("at_once", "stop_on_failure")}
        return asked(
            request, lambda: paced(lambda: doing.module.ask_many(person, refs, **params), **speed)
        )

    _route(
        done,
        body,
        f"/bulk/{plural}/{doing.name}",
        doing,
        response=BatchOut,
        tag="bulk",
        many=True,
    )


def _route(
    view: Callable[..., Any],
    body: type[Schema],
    where: str,
    doing: Doing,
    *,
    response: type[Schema],
    tag: str,
    many: bool,
) -> None:
    view.__annotations__["given"] = body
    operation = f"{'bulk_' if many else ''}{doing.name}_{doing.kind}"
    router.post(
        where,
        response={202: response},
        tags=[tag],
        operation_id=operation,
        summary=f"{doing.module.VERB}{', many at once' if many else ''}",
        description=_words(doing.module.VERB),
        openapi_extra={"x-verb": doing.module.VERB},
    )(view)


def _words(verb: str) -> str:
    """What the verb permits, as roles say it."""
    known = verb_named(verb)
    return str(known.describes) if known else verb


for _doing in DOINGS:
    _one(_doing)
    if hasattr(_doing.module, "ask_many"):
        _many(_doing)

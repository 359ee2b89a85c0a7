"""What REST takes beside the object, by verb. In Podman's words where it has some."""

from typing import Literal

from pydantic import Field

from dashboard.furniture.bodies import RequestBody

Signal = Literal["KILL", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT", "WINCH"]


class StopOptions(RequestBody):
    """Seconds until it is killed; empty: the container's own stop timeout."""

    timeout_s: int | None = Field(None, ge=0, le=86_400)


class KillOptions(RequestBody):
    """A signal."""

    signal: Signal = "KILL"


class RemoveOptions(RequestBody):
    """Whether to remove it even if it is in use."""

    force: bool = False


class ContainerRemoveOptions(RemoveOptions):
    """How a container is removed."""

    volumes: bool = Field(False, description="Remove its anonymous volumes too")


class RenameOptions(RequestBody):
    """The new name."""

    name: str = Field(max_length=200)


class UpdateOptions(RequestBody):
    """By the names of the run form's fields. Omitted ones stay unchanged."""

    texts: dict[str, str] = Field(description="Such as {“memory”: “512m”, “cpus”: “1.5”}")


class UpgradeOptions(RequestBody):
    """How long the new container must stay up before the old one is removed."""

    watch_s: int | None = Field(None, ge=1, le=3600)


class CommitOptions(RequestBody):
    """The image to make."""

    name: str = Field(max_length=500)
    author: str = Field("", max_length=200)
    message: str = Field("", max_length=1000)
    pause: bool = True


class WaitOptions(RequestBody):
    """The state to wait for: exited, running, healthy …"""

    condition: str = Field("exited", max_length=40)


class RestoreOptions(RequestBody):
    """How a checkpoint is restored."""

    keep: bool = False
    tcp: bool = False


class CheckpointOptions(RequestBody):
    """How a checkpoint is made."""

    keep: bool = False
    leave_running: bool = False
    tcp: bool = False


class PushOptions(RequestBody):
    """The name to push to."""

    destination: str = Field(max_length=500)


class TagOptions(RequestBody):
    """Full names."""

    names: list[str] = Field(min_length=1, max_length=50)


class CloneOptions(RequestBody):
    """The new volume."""

    name: str = Field(max_length=200)


class ConnectOptions(RequestBody):
    """The container that joins."""

    container_id: str = Field(max_length=255)
    aliases: list[str] = Field(default=[], max_length=20)
    address: str = Field("", max_length=60)


class DisconnectOptions(RequestBody):
    """The container that leaves."""

    container_id: str = Field(max_length=255)

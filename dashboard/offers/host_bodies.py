"""REST bodies that make something on a host: containers, pods, volumes, networks, secrets, images,
and what a kube file names.
"""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field

from dashboard.furniture.bodies import RequestBody
from hosts.actions.builds.build_fields import build_order
from hosts.actions.images.references import parse_full
from hosts.actions.networks import network_fields
from hosts.actions.run import pasted_line, run_fields
from hosts.actions.run.run_spec import params_of
from hosts.actions.run.table import FIELDS
from hosts.refusals import FieldRefusal, Refusal

Labels = dict[str, str]


class OnHost(RequestBody):
    """Where."""

    endpoint: int = Field(ge=1, le=2**63 - 1, description="The endpoint’s number")


def run_params(texts: dict[str, str]) -> dict[str, Any]:
    """What the run form's fields mean. FieldRefusal with the field."""
    found: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in FIELDS:
            raise FieldRefusal(f"fields.{name[:40]}", _("This field does not exist."))
        try:
            found |= params_of({name: text})
        except Refusal as refused:
            raise FieldRefusal(f"fields.{name}", str(refused)) from refused
    return found


class RunOptions(OnHost):
    """A container: `fields` by the names of the run form, or a podman run `line`. A missing image is
    pulled. Options of a line without a field are refused.
    """

    line: str = Field("", max_length=20_000, description="podman run …, with a full image name")
    fields: dict[str, str] = Field({}, description="Such as {“image”: …, “name”: …, “ports”: …}")
    environment: dict[str, str] = {}
    start: bool = True

    def params(self) -> dict[str, Any]:
        """`params`, `env` and whether it is started."""
        texts, env = dict(self.fields), dict(self.environment)
        if self.line:
            try:
                line = pasted_line.read(self.line)
            except Refusal as refused:
                raise FieldRefusal("line", str(refused)) from refused
            if left := [*line.left_out, *line.reasons]:
                raise FieldRefusal("line", _("This cannot be converted: %s") % ", ".join(left))
            texts = line.texts() | texts
            env = run_fields.environment("\n".join(line.many["environment"])) | env
        params = run_params(texts)
        if not params.get("image"):
            raise FieldRefusal("fields.image", _("Give the image."))
        try:
            parse_full(params["image"])
        except Refusal as refused:
            raise FieldRefusal("fields.image", str(refused)) from refused
        return {"endpoint": self.endpoint, "params": params, "env": env, "start": self.start}


class RecreateOptions(RequestBody):
    """The settings to change. A variable of null is removed."""

    fields: dict[str, str] = {}
    environment: dict[str, str | None] = {}
    watch_s: int | None = Field(None, ge=1, le=3600)


class PullOptions(OnHost):
    """An image by its full name."""

    reference: str = Field(
        max_length=500, description="Registry and all, such as docker.io/library/nginx:latest"
    )


class BuildOptions(OnHost):
    """A Containerfile without a context. `arguments` are encrypted, and erased when the job ends."""

    text: str = Field(max_length=262_144)
    tags: list[str] = Field(min_length=1, max_length=20)
    target: str = Field("", max_length=100)
    platform: str = Field("", max_length=100)
    no_cache: bool = False
    pull_always: bool = False
    labels: Labels = {}
    arguments: dict[str, str] = {}

    def params(self) -> dict[str, Any]:
        """The text, and the order to build it."""
        order = build_order(**self.dict(exclude={"endpoint", "text"}))
        return {"endpoint": self.endpoint, "text": self.text, "order": order}


class VolumeCreateOptions(OnHost):
    """A volume. `options` are encrypted, and erased when the job ends."""

    name: str = Field(max_length=200)
    driver: str = Field("local", max_length=60)
    options: dict[str, str] = {}
    labels: Labels = {}


class NetworkCreateOptions(OnHost):
    """A network. Without subnets Podman picks a free one."""

    name: str = Field(max_length=200)
    driver: str = Field("bridge", max_length=60)
    subnets: list[str] = Field([], max_length=20, description="Such as 10.89.7.0/24")
    parent: str = Field("", max_length=60)
    ipv6: bool = False
    internal: bool = False
    dns: bool = True
    labels: Labels = {}

    def params(self) -> dict[str, Any]:
        """Subnets as Podman takes them."""
        return self.dict() | {"subnets": [network_fields.subnet(text) for text in self.subnets]}


class PodCreateOptions(OnHost):
    """A pod with an infra container and Podman's default shared namespaces."""

    name: str = Field(max_length=200)
    ports: list[str] = Field([], max_length=100, description="Such as 8080:80")
    network: str = Field("", max_length=200)
    hostname: str = Field("", max_length=253)
    labels: Labels = {}

    def params(self) -> dict[str, Any]:
        """Ports as Podman takes them."""
        return self.dict() | {"ports": [run_fields.port(text) for text in self.ports]}


class SecretReplaceOptions(RequestBody):
    """The new value: encrypted, and erased when the job ends. Containers get it when they are recreated."""

    value: str = Field(max_length=512_000)

    def params(self) -> dict[str, Any]:
        """The value as bytes."""
        return self.dict() | {"value": self.value.encode()}


class SecretCreateOptions(OnHost, SecretReplaceOptions):
    """A secret. Nobody can read its value here again."""

    name: str = Field(max_length=200)
    labels: Labels = {}


class PlayOptions(OnHost):
    """A kube file. Its pods and volumes are created; existing names are refused."""

    text: str = Field(max_length=1_000_000)
    start: bool = True


class DownOptions(OnHost):
    """The kube file that was played. Its objects are removed; with `volumes` its volumes too."""

    text: str = Field(max_length=1_000_000)
    volumes: bool = False

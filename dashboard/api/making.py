"""What is made: containers of fields or of a pasted line, pods, volumes, networks, secrets, images,
what a kube file names.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.once import asked
from dashboard.api.problems import wrong
from dashboard.api.reading import Id, ObjectId
from dashboard.api.shapes import JobOut
from dashboard.furniture.bodies import Sent
from dashboard.furniture.existing_container import read_container
from hosts.access import get_object
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import checked
from hosts.actions.containers import recreate_container
from hosts.actions.images import pull_image
from hosts.actions.images.references import parse_full
from hosts.actions.kube import down_kube, play_kube
from hosts.actions.networks import create_network, network_fields
from hosts.actions.pods import create_pod
from hosts.actions.run import create_container, pasted_line, run_container, run_fields
from hosts.actions.run.run_fields import KEPT
from hosts.actions.run.run_spec import params_of
from hosts.actions.run.table import FIELDS
from hosts.actions.secrets import create_secret, replace_secret
from hosts.actions.volumes import create_volume
from hosts.models import Job
from hosts.refused import Refusal

router = Router()
Labels = dict[str, str]


class There(Sent):
    """Where."""

    endpoint: int = Field(ge=1, le=2**63 - 1, description="The endpoint’s number")


class Run(There):
    """A container: `fields` by the run form's names, or a `line` as one would type it."""

    line: str = Field("", max_length=20_000, description="podman run …, with a full image name")
    fields: dict[str, str] = Field({}, description="Such as {“image”: …, “name”: …, “ports”: …}")
    environment: dict[str, str] = {}
    start: bool = True


def _params(texts: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in FIELDS:
            raise wrong(f"fields.{name[:40]}", _("There is no such field."))
        try:
            found |= params_of({name: text})
        except Refusal as refused:
            raise wrong(f"fields.{name}", str(refused)) from refused
    return found


@router.post(
    "/containers/run", response={202: JobOut}, tags=["containers"], summary="container.run"
)
def run(request: HttpRequest, given: Run) -> Any:
    """The image is pulled where it is missing. What a line says and no field can hold is refused."""
    person = person_of(request)

    def ask() -> Job:
        texts, env = dict(given.fields), dict(given.environment)
        if given.line:
            try:
                line = pasted_line.read(given.line)
            except Refusal as refused:
                raise wrong("line", str(refused)) from refused
            if left := [*line.left_out, *line.reasons]:
                raise wrong("line", _("This cannot be taken over: %s") % ", ".join(left))
            texts = line.texts() | texts
            env = run_fields.environment("\n".join(line.many["environment"])) | env
        params = _params(texts)
        if not params.get("image"):
            raise wrong("fields.image", _("Name the image."))
        try:
            parse_full(params["image"])
        except Refusal as refused:
            raise wrong("fields.image", str(refused)) from refused
        verb = run_container if given.start else create_container
        job: Job = verb.ask(person, given.endpoint, params=params, env=env)
        return job

    return asked(request, ask)


class Recreate(Sent):
    """What is to be another than it is. A variable of null is taken out."""

    fields: dict[str, str] = {}
    environment: dict[str, str | None] = {}
    watch_s: int | None = Field(None, ge=1, le=3600)


@router.post(
    "/containers/{endpoint_id}/{podman_id}/recreate",
    response={202: JobOut},
    tags=["containers"],
    summary="container.recreate",
)
def recreate(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: Recreate) -> Any:
    """Made anew with these fields changed, all else as it is; the old one comes back on failure."""
    person, ref = person_of(request), (endpoint_id, podman_id)

    def ask() -> Job:
        get_object(person, "container", *ref, verb="container.inspect")
        row = get_object(person, "container", *ref, verb=recreate_container.VERB)
        there = read_container(row, keep_volumes=True)
        env: dict[str, str | None] = {**dict.fromkeys(there.env, KEPT), **given.environment}
        kept = {name: value for name, value in env.items() if value is not None}
        params = _params(there.texts | given.fields)
        return recreate_container.ask(person, ref, params=params, env=kept, watch_s=given.watch_s)

    return asked(request, ask)


class Pull(There):
    """An image by its full name."""

    reference: str = Field(max_length=500)


@router.post("/images/pull", response={202: JobOut}, tags=["images"], summary="image.pull")
def pull(request: HttpRequest, given: Pull) -> Any:
    """Registry and all, such as docker.io/library/nginx:latest."""
    person = person_of(request)
    return asked(request, lambda: pull_image.ask(person, given.endpoint, reference=given.reference))


class Build(There):
    """A Containerfile without a context."""

    text: str = Field(max_length=262_144)
    tags: list[str] = Field(min_length=1, max_length=20)
    target: str = Field("", max_length=100)
    platform: str = Field("", max_length=100)
    no_cache: bool = False
    pull_always: bool = False
    labels: Labels = {}
    arguments: dict[str, str] = {}


@router.post("/images/build", response={202: JobOut}, tags=["images"], summary="image.build")
def build(request: HttpRequest, given: Build) -> Any:
    """`arguments` are sealed, and erased when the job ends."""
    person = person_of(request)
    fields = given.dict(exclude={"endpoint", "text", "tags"})

    def ask() -> Job:
        order = checked(tags=given.tags, **fields)
        return build_image.ask(person, given.endpoint, text=given.text, order=order)

    return asked(request, ask)


class NewVolume(There):
    """A volume."""

    name: str = Field(max_length=200)
    driver: str = Field("local", max_length=60)
    options: dict[str, str] = {}
    labels: Labels = {}


@router.post("/volumes/create", response={202: JobOut}, tags=["volumes"], summary="volume.create")
def new_volume(request: HttpRequest, given: NewVolume) -> Any:
    """`options` are sealed, and erased when the job ends."""
    person, params = person_of(request), given.dict(exclude={"endpoint"})
    return asked(request, lambda: create_volume.ask(person, given.endpoint, **params))


class NewNetwork(There):
    """A network; without subnets Podman takes a free one."""

    name: str = Field(max_length=200)
    driver: str = Field("bridge", max_length=60)
    subnets: list[str] = Field([], max_length=20)
    parent: str = Field("", max_length=60)
    ipv6: bool = False
    internal: bool = False
    dns: bool = True
    labels: Labels = {}


@router.post(
    "/networks/create", response={202: JobOut}, tags=["networks"], summary="network.create"
)
def new_network(request: HttpRequest, given: NewNetwork) -> Any:
    """`subnets` such as 10.89.7.0/24."""
    person, params = person_of(request), given.dict(exclude={"endpoint", "subnets"})

    def ask() -> Job:
        subnets = [network_fields.subnet(text) for text in given.subnets]
        return create_network.ask(person, given.endpoint, subnets=subnets, **params)

    return asked(request, ask)


class NewPod(There):
    """A pod; `ports` such as 8080:80."""

    name: str = Field(max_length=200)
    ports: list[str] = Field([], max_length=100)
    network: str = Field("", max_length=200)
    hostname: str = Field("", max_length=253)
    labels: Labels = {}


@router.post("/pods/create", response={202: JobOut}, tags=["pods"], summary="pod.create")
def new_pod(request: HttpRequest, given: NewPod) -> Any:
    """With an infra container, sharing what Podman shares by itself."""
    person, params = person_of(request), given.dict(exclude={"endpoint", "ports"})

    def ask() -> Job:
        ports = [run_fields.port(text) for text in given.ports]
        return create_pod.ask(person, given.endpoint, ports=ports, **params)

    return asked(request, ask)


class SecretValue(Sent):
    """What is in it; sealed, and erased when the job ends."""

    value: str = Field(max_length=512_000)


class NewSecret(There, SecretValue):
    """A secret."""

    name: str = Field(max_length=200)
    labels: Labels = {}


@router.post("/secrets/create", response={202: JobOut}, tags=["secrets"], summary="secret.create")
def new_secret(request: HttpRequest, given: NewSecret) -> Any:
    """Nobody reads its value here again."""
    person, value = person_of(request), given.value.encode()
    return asked(
        request,
        lambda: create_secret.ask(
            person, given.endpoint, name=given.name, value=value, labels=given.labels
        ),
    )


@router.post(
    "/secrets/{endpoint_id}/{podman_id}/replace",
    response={202: JobOut},
    tags=["secrets"],
    summary="secret.replace",
)
def other_secret(
    request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: SecretValue
) -> Any:
    """Another value; containers have it once they are made anew."""
    person, ref = person_of(request), (endpoint_id, podman_id)
    return asked(request, lambda: replace_secret.ask(person, ref, value=given.value.encode()))


class Play(There):
    """A kube file."""

    text: str = Field(max_length=1_000_000)
    start: bool = True


@router.post("/kube/play", response={202: JobOut}, tags=["kube"], summary="kube.play")
def play(request: HttpRequest, given: Play) -> Any:
    """Its pods and volumes are made; those that are there already are refused by name."""
    person = person_of(request)
    return asked(
        request,
        lambda: play_kube.ask(person, given.endpoint, text=given.text, start=given.start),
    )


class Down(There):
    """The kube file that was played."""

    text: str = Field(max_length=1_000_000)
    volumes: bool = False


@router.post("/kube/down", response={202: JobOut}, tags=["kube"], summary="kube.down")
def down(request: HttpRequest, given: Down) -> Any:
    """What it names is removed; with `volumes` its volumes too."""
    person = person_of(request)
    return asked(
        request,
        lambda: down_kube.ask(person, given.endpoint, text=given.text, volumes=given.volumes),
    )

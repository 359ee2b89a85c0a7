"""What Podman makes of a kube file, before it does: pods, containers, volumes, secrets, images.

Names as Podman gives them (pkg/domain/infra/abi/play.go): a Pod keeps its own, others get `-pod`;
containers are called after their pod. Kinds that Podman leaves out are said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.images.references import parse
from hosts.actions.kube.kube_yaml import Document, YamlRefused, read

WITH_PODS = ("Deployment", "DaemonSet", "Job")
# read by Podman while it plays, but no object of their own
INSIDE = ("ConfigMap",)


@dataclass(frozen=True, slots=True)
class Planned:
    """One object that playing makes. `image`: of a container; `note`: what to know about it."""

    kind: str
    name: str
    line: int
    image: str = ""
    pod: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KubePlan:
    """`skipped`: kinds that Podman does not know, with their line."""

    objects: tuple[Planned, ...]
    skipped: tuple[tuple[str, int], ...] = ()
    ports: tuple[str, ...] = ()
    documents: tuple[Document, ...] = field(default=(), repr=False)

    def names(self, kind: str) -> list[str]:
        """Names of the planned objects of a kind."""
        return [one.name for one in self.objects if one.kind == kind]

    @property
    def images(self) -> list[str]:
        """Images of all containers, each once."""
        return list(dict.fromkeys(one.image for one in self.objects if one.image))


def plan_of(text: str) -> KubePlan:
    """Read a file and say what it makes. YamlRefused with the line where it is wrong."""
    documents = [inner for document in read(text) for inner in _listed(document)]
    objects: list[Planned] = []
    skipped: list[tuple[str, int]] = []
    ports: list[str] = []
    for document in documents:
        kind = _text(document, "kind")
        if kind == "Pod" or kind in WITH_PODS:
            objects += _pod(document, kind, ports)
        elif kind == "PersistentVolumeClaim":
            objects.append(Planned("volume", _name(document), document.line))
        elif kind == "Secret":
            objects.append(Planned("secret", _name(document), document.line))
        elif kind in INSIDE:
            _name(document)
        else:
            skipped.append((kind, document.line_of("kind")))
    if not objects:
        said = ", ".join(kind for kind, _line in skipped) or ", ".join(INSIDE)
        raise YamlRefused(_("Podman makes nothing of %s.") % said, skipped[0][1] if skipped else 0)
    _refuse_twice(objects)
    return KubePlan(tuple(objects), tuple(skipped), tuple(ports), tuple(documents))


def _listed(document: Document) -> Iterator[Document]:
    """A List is what it holds."""
    _refuse_two_spellings(document)
    if document.content.get("kind") != "List":
        yield document
        return
    for number, item in enumerate(_list(document, "items")):
        if not isinstance(item, dict):
            raise YamlRefused(
                _("An item of a List is a mapping."), document.line_of("items", number)
            )
        inner = {
            path[2:]: line for path, line in document.lines.items() if path[:2] == ("items", number)
        }
        listed = Document(item, document.line_of("items", number), inner)
        _refuse_two_spellings(listed)
        yield listed


def _refuse_two_spellings(document: Document) -> None:
    """Podman takes `Kind`, and a K of Kelvin, for `kind`: by which of two it goes we would not see."""
    seen: dict[str, str] = {}
    for key in map(str, document.content):
        other = seen.setdefault(key.casefold(), key)
        if other != key:
            raise YamlRefused(
                _("“%(name)s” stands there twice, as “%(other)s” too.")
                % {"name": key[:80], "other": other[:80]},
                document.line_of(key),
            )


def _pod(document: Document, kind: str, ports: list[str]) -> Iterator[Planned]:
    name = _name(document)
    where: tuple[Any, ...] = ("spec",)
    note = ""
    if kind in WITH_PODS:
        where = ("spec", "template", "spec")
        replicas = _at(document, "spec", "replicas")
        if isinstance(replicas, int) and replicas > 1:
            note = _("Podman makes one of the %d replicas.") % replicas
    pod = name if kind == "Pod" else f"{name}-pod"
    yield Planned("pod", pod, document.line, note=note)
    containers = [
        (part, number, one)
        for part in ("initContainers", "containers")
        for number, one in enumerate(_list(document, *where, part))
    ]
    if not any(part == "containers" for part, _number, _one in containers):
        raise YamlRefused(_("%s has no containers.") % name, document.line_of(*where))
    for number, one in enumerate(_list(document, *where, "volumes")):
        image = one.get("image") if isinstance(one, dict) else None
        if isinstance(image, dict) and image.get("reference") is not None:
            _image(document, image["reference"], (*where, "volumes", number, "image", "reference"))
    for part, number, one in containers:
        at = (*where, part, number)
        yield _container(document, one, at, pod)
        if isinstance(one, dict):
            ports += _ports(one)


def _container(document: Document, one: Any, at: tuple[Any, ...], pod: str) -> Planned:
    if not isinstance(one, dict):
        raise YamlRefused(_("A container is a mapping."), document.line_of(*at))
    name = one.get("name")
    if not isinstance(name, str) or not name:
        raise YamlRefused(_("A container needs a name."), document.line_of(*at, "name"))
    image = one.get("image")
    if not isinstance(image, str) or not image:
        raise YamlRefused(_("“%s” has no image.") % name, document.line_of(*at, "image"))
    image = _image(document, image, (*at, "image"))
    return Planned("container", f"{pod}-{name}", document.line_of(*at), image=image, pod=pod)


def _image(document: Document, given: Any, at: tuple[Any, ...]) -> str:
    try:
        return str(parse(str(given)))
    except ValueError as wrong:
        raise YamlRefused(str(wrong), document.line_of(*at)) from wrong


def _ports(one: dict[str, Any]) -> Iterator[str]:
    given = one.get("ports")
    for port in given if isinstance(given, list) else []:
        if isinstance(port, dict) and isinstance(port.get("hostPort"), int):
            yield f"{port['hostPort']}→{port.get('containerPort', '')}"


def _refuse_twice(objects: list[Planned]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for one in objects:
        before = seen.setdefault((one.kind, one.name), one.line)
        if before != one.line:
            raise YamlRefused(
                _("“%(name)s” is there already, on line %(line)d.")
                % {"name": one.name, "line": before},
                one.line,
            )


def _name(document: Document) -> str:
    found = _at(document, "metadata", "name")
    if not isinstance(found, str) or not found:
        raise YamlRefused(_("metadata.name is missing."), document.line_of("metadata"))
    return found


def _text(document: Document, *path: str) -> str:
    found = _at(document, *path)
    if not isinstance(found, str) or not found:
        raise YamlRefused(_("%s is missing.") % ".".join(path), document.line_of(*path))
    return found


def _list(document: Document, *path: str) -> list[Any]:
    found = _at(document, *path)
    if found is None:
        return []
    if not isinstance(found, list):
        raise YamlRefused(_("%s must be a list.") % ".".join(path), document.line_of(*path))
    return found


def _at(document: Document, *path: str) -> Any:
    here: Any = document.content
    for part in path:
        if here is None:
            return None
        if not isinstance(here, dict):
            raise YamlRefused(_("%s is no mapping.") % ".".join(path[:-1]), document.line_of(*path))
        here = here.get(part)
    return here

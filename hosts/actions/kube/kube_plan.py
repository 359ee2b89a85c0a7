"""What Podman makes of a kube file: pods, containers, volumes, secrets, images.

Names follow pkg/domain/infra/abi/play.go: a Pod keeps its own, others get `-pod`. Before 4.4 a Deployment
makes all replicas, numbered. Containers are named after their pod.

The plan's documents are what is judged and sent: normalized, without unknown fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.images.references import parse
from hosts.actions.kube.canonical_document import canonical_document, duplicate_field
from hosts.actions.kube.kube_names import refuse_names
from hosts.actions.kube.kube_yaml import Document, YamlRefused, read
from hosts.guardrails.kube_annotations import IMPORT
from hosts.guardrails.kube_document import kind_of
from hosts.guardrails.kube_fields import DOCUMENTS, WITH_TEMPLATE
from hosts.refusals import Refusal

# Podman reads these kinds, but makes no object of them
INSIDE = ("ConfigMap",)
_MOST_REPLICAS = 100


@dataclass(frozen=True, slots=True)
class PlannedObject:
    """An object that playing makes. `image`: of a container. `note`: a remark for people."""

    kind: str
    name: str
    line: int
    image: str = ""
    pod: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KubePlan:
    """`skipped`: (kind that Podman ignores, line). `unknown`: (field that is not sent, line). `fills`:
    volumes that get files. `claims`: volumes that are only removed with down.
    """

    objects: tuple[PlannedObject, ...]
    skipped: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    ports: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    documents: tuple[Document, ...] = field(default=(), repr=False)

    def names(self, kind: str) -> list[str]:
        """Names of the planned objects of a kind."""
        return [one.name for one in self.objects if one.kind == kind]

    def goes(self, *, volumes: bool) -> dict[str, list[str]]:
        """Names by kind of what down removes."""
        found = {kind: self.names(kind) for kind in ("pod", "container", "secret")}
        gone = dict.fromkeys((*self.names("volume"), *self.claims)) if volumes else ()
        return {**found, "volume": list(gone)}

    @property
    def images(self) -> list[str]:
        """Images of all containers, each once."""
        return list(dict.fromkeys(one.image for one in self.objects if one.image))


def plan_of(text: str, *, numbered: bool = False) -> KubePlan:
    """The plan of a file. `numbered`: for a Podman before 4.4. YamlRefused with the line."""
    documents: list[Document] = []
    objects: list[PlannedObject] = []
    skipped: list[tuple[str, int]] = []
    unknown: list[tuple[str, int]] = []
    ports: list[str] = []
    fills: list[str] = []
    claims: list[str] = []
    for raw in (inner for document in read(text) for inner in _items(document)):
        kind = kind_of(raw.content)
        if kind not in DOCUMENTS:
            skipped.append((_text(raw, "kind"), raw.line_of("kind")))
            continue
        document, left = canonical_document(raw)
        refuse_names(document)
        unknown += left
        documents.append(document)
        if kind == "Pod" or kind in WITH_TEMPLATE:
            objects += _pod(document, kind, ports, numbered=numbered and kind == "Deployment")
            of_pod, filled = _volumes(document, kind)
            fills += filled
            # for a workload Podman does not remove them
            claims += of_pod if kind == "Pod" else []
        elif kind == "PersistentVolumeClaim":
            objects.append(PlannedObject("volume", _name(document), document.line))
            if _at(document, "metadata", "annotations", IMPORT):
                fills.append(_name(document))
        elif kind == "Secret":
            objects.append(PlannedObject("secret", _name(document), document.line))
        else:
            _name(document)
    if not objects:
        names = ", ".join(kind for kind, _line in skipped) or ", ".join(INSIDE)
        raise YamlRefused(_("Podman does not support %s.") % names, skipped[0][1] if skipped else 0)
    _refuse_twice(objects)
    return KubePlan(
        tuple(objects),
        skipped=tuple(skipped),
        unknown=tuple(unknown),
        ports=tuple(ports),
        fills=tuple(dict.fromkeys(fills)),
        claims=tuple(dict.fromkeys(claims)),
        documents=tuple(documents),
    )


def _items(document: Document) -> Iterator[Document]:
    """The document, or the items of a List."""
    _refuse_two_spellings(document)
    if kind_of(document.content) != "List":
        yield document
        return
    # Podman takes Items for items
    key = next((key for key in document.content if key.casefold() == "items"), "items")
    for number, item in enumerate(_list(document, key)):
        if not isinstance(item, dict):
            raise YamlRefused(
                _("An item of a List must be a mapping."), document.line_of(key, number)
            )
        inner = {
            path[2:]: line for path, line in document.lines.items() if path[:2] == (key, number)
        }
        listed = Document(item, document.line_of(key, number), inner)
        _refuse_two_spellings(listed)
        yield listed


def _refuse_two_spellings(document: Document) -> None:
    """Podman takes `Kind`, also with a Kelvin sign, for `kind`. Two spellings are refused."""
    seen: dict[str, str] = {}
    for key in map(str, document.content):
        other = seen.setdefault(key.casefold(), key)
        if other != key:
            raise duplicate_field(key, other, document.line_of(key))


def _pod(
    document: Document, kind: str, ports: list[str], *, numbered: bool
) -> Iterator[PlannedObject]:
    name = _name(document)
    where = _where(kind)
    note = ""
    replicas = _at(document, "spec", "replicas") if kind in WITH_TEMPLATE else None
    if numbered:
        replicas = 1 if replicas is None else replicas
        if replicas > _MOST_REPLICAS:
            words = _("More than %d replicas.") % _MOST_REPLICAS
            raise YamlRefused(words, document.line_of("spec", "replicas"))
        pods = [f"{name}-pod-{number}" for number in range(replicas)]
    else:
        pods = [name if kind == "Pod" else f"{name}-pod"]
        if replicas is not None and replicas > 1:
            note = _("Podman creates only one of the %d replicas.") % replicas
    containers = [
        (part, number, one)
        for part in ("initContainers", "containers")
        for number, one in enumerate(_list(document, *where, part))
    ]
    if not any(part == "containers" for part, _number, _one in containers):
        raise YamlRefused(_("%s has no containers.") % name, document.line_of(*where))
    for number, one in enumerate(_list(document, *where, "volumes")):
        reference = one.get("image", {}).get("reference")
        if reference is not None:
            _image(document, reference, (*where, "volumes", number, "image", "reference"))
    for pod in pods:
        yield PlannedObject("pod", pod, document.line, note=note)
        for part, number, one in containers:
            yield _container(document, one, (*where, part, number), pod)
    ports += [port for _part, _number, one in containers for port in _ports(one)]


def _where(kind: str) -> tuple[str, ...]:
    return ("spec", "template", "spec") if kind in WITH_TEMPLATE else ("spec",)


def _volumes(document: Document, kind: str) -> tuple[list[str], list[str]]:
    """(volumes that the pod's own claims name, those that Podman fills with files)."""
    claims: list[str] = []
    fills: list[str] = []
    for one in _list(document, *_where(kind), "volumes"):
        # in Podman's order
        for source, name in (("persistentVolumeClaim", "claimName"), *_FILLED):
            if source in one:
                claims.append(str(one[source].get(name, "")))
                break
        fills += [str(one[key].get(name, "")) for key, name in _FILLED if key in one]
    return claims, fills


_FILLED = (("configMap", "name"), ("secret", "secretName"))


def _container(document: Document, one: Any, at: tuple[Any, ...], pod: str) -> PlannedObject:
    if not (name := one.get("name")):
        raise YamlRefused(_("A container needs a name."), document.line_of(*at, "name"))
    if not (image := one.get("image")):
        raise YamlRefused(_("“%s” has no image.") % name, document.line_of(*at, "image"))
    image = _image(document, image, (*at, "image"))
    return PlannedObject("container", f"{pod}-{name}", document.line_of(*at), image=image, pod=pod)


def _image(document: Document, given: str, at: tuple[Any, ...]) -> str:
    try:
        return str(parse(given))
    except Refusal as wrong:
        raise YamlRefused(str(wrong), document.line_of(*at)) from wrong


def _ports(one: dict[str, Any]) -> Iterator[str]:
    for port in one.get("ports", []):
        if port.get("hostPort"):
            yield f"{port['hostPort']}→{port.get('containerPort', '')}"


def _refuse_twice(objects: list[PlannedObject]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for one in objects:
        key = (one.kind, one.name)
        if key in seen:
            raise YamlRefused(
                _("“%(name)s” already appears on line %(line)d.")
                % {"name": one.name, "line": seen[key]},
                one.line,
            )
        seen[key] = one.line


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
            raise YamlRefused(
                _("%s must be a mapping.") % ".".join(path[:-1]), document.line_of(*path)
            )
        here = here.get(part)
    return here

"""Builds a proposal from a kube file: every pod, its containers, and every volume claim."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from hosts.guardrails import kube_annotations, masked
from hosts.guardrails.from_spec import capability
from hosts.guardrails.kube_document import dotted_path, kind_of, normalize_document
from hosts.guardrails.kube_fields import DOCUMENTS, WITH_TEMPLATE
from hosts.guardrails.kube_volumes import mounts, volumes
from hosts.guardrails.proposal import Fact, Namespace, Part, PartType, Port, Proposal
from hosts.guardrails.quantities import memory, quantity
from hosts.guardrails.reader import Reader, join

Raw = dict[str, Any]
_CALM_PULLS = ("never", "ifnotpresent", "missing")
_SPACES = (("hostNetwork", "network"), ("hostPID", "pid"), ("hostIPC", "ipc"))


def kube(
    verb: str,
    documents: Iterable[Mapping[str, Any]],
    *,
    unknown: Iterable[str] = (),
    pids: bool = True,
) -> Proposal:
    """From the documents of a file, with Lists taken apart (hosts.actions.kube.kube_plan). `unknown`:
    fields that were left out. `pids`: whether Podman there reads a process limit from an annotation (5.5
    and later).
    """
    reader = Reader()
    for one in unknown:
        reader.add_unknown(one)
    parts: list[Part] = []
    given = list(documents)
    for number, document in enumerate(given):
        kind = kind_of(document)
        if kind not in DOCUMENTS:
            continue
        at = f"[{number}]" if number else ""
        shape = normalize_document(document)
        for path in (*shape.unknown, *(one for one, _said in (*shape.twice, *shape.wrong))):
            reader.add_unknown(join(at, dotted_path(path)))
        if kind == "Pod" or kind in WITH_TEMPLATE:
            template = kind in WITH_TEMPLATE
            parts += _workload(reader, shape.content, at, template=template, pids=pids)
        elif kind == "PersistentVolumeClaim":
            parts.append(_claim(reader, shape.content, at))
    return Proposal(verb, tuple(parts), tuple(reader.unknown), partial(masked.kube, given))


def _workload(reader: Reader, document: Raw, at: str, *, template: bool, pids: bool) -> list[Part]:
    outer = document.get("metadata", {})
    inner, spec, where = outer, document.get("spec", {}), join(at, "spec")
    if template:
        made = spec.get("template", {})
        inner, spec = made.get("metadata", {}), made.get("spec", {})
        where = join(where, "template.spec")
    # pod and containers have the template's labels, not the workload's
    labels = inner.get("labels", {})
    notes = outer.get("annotations", {})
    pod = Part(PartType.POD, outer.get("name", ""), labels=labels)
    for key, space in _SPACES:
        if spec.get(key):
            pod.spaces.append(Namespace(space, "host", "", join(where, key)))
    if spec.get("hostNetwork"):
        # Podman then shares the host name too
        pod.spaces.append(Namespace("uts", "host", "", join(where, "hostNetwork")))
        pod.ports.append(Port(-1, 1, "", join(where, "hostNetwork")))
    kube_annotations.add_annotations(pod, notes)
    if inner is not outer:
        kube_annotations.add_annotations(pod, inner.get("annotations", {}))
    sources = volumes(reader, spec.get("volumes", []), pod, join(where, "volumes"))
    around = spec.get("securityContext", {})
    _security(around, pod, join(where, "securityContext"))
    parts = [pod]
    for key in ("initContainers", "containers"):
        for number, one in enumerate(spec.get(key, [])):
            part = _container(reader, one, f"{join(where, key)}[{number}]", around, pod)
            part.labels = labels | kube_annotations.labels(notes, part.name)
            limit = kube_annotations.pids(notes, part.name) if pids else None
            if limit is not None:
                part.limits["pids"] = limit
            mounts_at = join(part.at, "volumeMounts")
            binds = kube_annotations.bind_options(notes)
            pod.mounts += mounts(reader, one.get("volumeMounts", []), mounts_at, sources, binds)
            for device in one.get("volumeDevices", []):
                name = device.get("name", "")
                path = sources[name].value if name in sources else name
                part.devices.append(Fact(path, join(part.at, "volumeDevices")))
            parts.append(part)
    return parts


def _container(reader: Reader, given: Raw, at: str, around: Raw, pod: Part) -> Part:
    """`around`: the pod's securityContext, which is the default for each container."""
    part = Part(PartType.CONTAINER, given.get("name", ""), at=at)
    part.images.append(Fact(given.get("image", ""), join(at, "image")))
    if given.get("imagePullPolicy", "").lower() not in _CALM_PULLS:
        # without a policy Podman pulls a newer image
        part.pulled.append(given.get("image", ""))
    own = given.get("securityContext", {})
    _security(own, part, join(at, "securityContext"))
    part.no_new_privileges = own.get("allowPrivilegeEscalation") is False
    if part.user is None:
        part.user = pod.user
    if part.user is None and ("runAsGroup" in own or "runAsGroup" in around):
        # with only a group Podman uses root
        part.user = Fact("0", join(at, "securityContext.runAsGroup"))
    for number, port in enumerate(given.get("ports", [])):
        if first := port.get("hostPort"):
            where = join(at, f"ports[{number}].hostPort")
            part.ports.append(Port(first, 1, port.get("hostIP", ""), where))
    resources = given.get("resources", {})
    _limits(reader, resources.get("limits", {}), part, join(at, "resources.limits"))
    for key in ("limits", "requests"):
        _devices(resources.get(key, {}), part, join(at, f"resources.{key}"))
    return part


def _limits(reader: Reader, limits: dict[str, str], part: Part, at: str) -> None:
    for name, text in limits.items():
        # Podman takes these names only in this spelling
        known = {"memory": ("memory", memory), "cpu": ("cpus", quantity)}.get(name)
        if known is None:
            if name.casefold() in ("memory", "cpu"):
                reader.add_unknown(join(at, name))
            continue
        number = known[1](text)
        if number is None:
            reader.add_unknown(join(at, name))
        else:
            part.limits[known[0]] = number


def _devices(named: dict[str, str], part: Part, at: str) -> None:
    """Devices as limits or requests: podman.io/device=/dev/x, or CDI names."""
    for name in named:
        if "." in name or "/" in name or "=" in name:
            path = name.removeprefix("podman.io/device=").partition(":")[0]
            part.devices.append(Fact(path, join(at, name)))


def _security(given: Raw, part: Part, at: str) -> None:
    if given.get("privileged"):
        part.give_all_rights(join(at, "privileged"))
    caps = given.get("capabilities", {})
    where = join(at, "capabilities.add")
    for number, name in enumerate(caps.get("add", [])):
        part.capabilities.append(Fact(capability(name or ""), f"{where}[{number}]"))
    part.dropped += [capability(name or "") for name in caps.get("drop", [])]
    if (user := given.get("runAsUser")) is not None:
        part.user = Fact(str(user), join(at, "runAsUser"))
    if given.get("procMount", "Default") != "Default":
        part.security.append(Fact("unmask=ALL", join(at, "procMount")))
    for name, value in given.get("seLinuxOptions", {}).items():
        part.security.append(Fact(f"label={name}:{value}", join(at, f"seLinuxOptions.{name}")))
    for key, word in (("seccompProfile", "seccomp"), ("appArmorProfile", "apparmor")):
        profile = given.get(key, {})
        kind = profile.get("type", "RuntimeDefault")
        if kind != "RuntimeDefault":
            named = profile.get("localhostProfile") or kind.lower()
            part.security.append(Fact(f"{word}={named}", join(at, key)))
    for number, one in enumerate(given.get("sysctls", [])):
        name = one.get("name", "")
        part.security.append(Fact(f"sysctl={name}", join(at, f"sysctls[{number}]")))


def _claim(reader: Reader, document: Raw, at: str) -> Part:
    meta = document.get("metadata", {})
    notes = meta.get("annotations", {})
    part = kube_annotations.volume(reader, meta.get("name", ""), notes, at)
    part.labels = meta.get("labels", {})
    return part

"""Builder for a kube file: every pod, every container in it, every claim of a volume."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from hosts.guardrails import kube_fields as fields
from hosts.guardrails import masked
from hosts.guardrails.of_spec import capability
from hosts.guardrails.of_storage import volume_part
from hosts.guardrails.proposed import Fact, Mount, Part, Port, Proposed, Space, What
from hosts.guardrails.quantities import quantity
from hosts.guardrails.reading import Reader, join

_WITH_TEMPLATE = ("Deployment", "DaemonSet", "Job")


def kube(verb: str, documents: Iterable[Mapping[str, Any]], *, text: str = "") -> Proposed:
    """Of the documents of a file, Lists already taken apart (hosts.actions.kube.kube_plan). `text`: the
    file as it was sent, for whoever approves it.
    """
    reader = Reader()
    parts: list[Part] = []
    given = list(documents)
    for number, document in enumerate(given):
        kind = document.get("kind")
        at = f"[{number}]" if number else ""
        if kind == "Pod" or kind in _WITH_TEMPLATE:
            parts += _workload(reader, document, at, template=kind != "Pod")
        elif kind == "PersistentVolumeClaim":
            parts.append(_claim(reader, document, at))
    return Proposed(verb, tuple(parts), tuple(reader.unknown), partial(masked.kube, given, text))


def _workload(reader: Reader, raw: Any, at: str, *, template: bool) -> list[Part]:
    document = reader.mapping(raw, fields.DOCUMENT, at)
    outer = reader.mapping(document.get("metadata"), fields.METADATA, join(at, "metadata"))
    inner, spec, where = outer, document.get("spec"), join(at, "spec")
    if template:
        workload = reader.mapping(spec, fields.WORKLOAD, where)
        where = join(where, "template")
        made = reader.mapping(workload.get("template"), fields.TEMPLATE, where)
        inner = reader.mapping(made.get("metadata"), fields.METADATA, join(where, "metadata"))
        spec, where = made.get("spec"), join(where, "spec")
    given = reader.mapping(spec, fields.POD, where)
    labels = reader.pairs(outer.get("labels"), "labels") | reader.pairs(
        inner.get("labels"), "labels"
    )
    notes = reader.pairs(outer.get("annotations"), "annotations")
    notes |= reader.pairs(inner.get("annotations"), "annotations")
    pod = Part(What.POD, str(outer.get("name") or inner.get("name") or ""), labels=labels)
    for key, space in (("hostNetwork", "network"), ("hostPID", "pid"), ("hostIPC", "ipc")):
        if reader.tick(given.get(key), join(where, key)):
            pod.spaces.append(Space(space, "host", "", join(where, key)))
    if any(one.name == "network" for one in pod.spaces):
        pod.ports.append(Port(-1, 1, "", join(where, "hostNetwork")))
    _annotations(pod, notes)
    volumes = _volumes(reader, given.get("volumes"), pod, join(where, "volumes"))
    around = _security(reader, given.get("securityContext"), pod, join(where, "securityContext"))
    parts, written = [pod], set[str]()
    for key in ("initContainers", "containers", "ephemeralContainers"):
        for raw_one, one_at in reader.items(given.get(key), join(where, key)):
            made_part = _container(reader, raw_one, one_at, volumes, around, written=written)
            # a container in a pod has the pod's labels
            made_part.labels = labels
            for name in (fields.PIDS, f"{fields.PIDS}/{made_part.name}"):
                if notes.get(name, "").lstrip("-").isdecimal():
                    made_part.limits["pids"] = float(notes[name])
            parts.append(made_part)
    pod.mounts = [
        replace(one, options=("ro",))
        if one.type == "bind" and one.target and one.target not in written
        else one
        for one in pod.mounts
    ]
    return parts


def _volumes(reader: Reader, raw: Any, pod: Part, at: str) -> dict[str, str]:
    """Mounts of the pod's volumes, into `pod`; name to the host's path where it is one."""
    paths: dict[str, str] = {}
    for raw_one, one_at in reader.items(raw, at):
        one = reader.mapping(raw_one, fields.VOLUMES, one_at)
        name = reader.text(one.get("name"), join(one_at, "name"))
        if "hostPath" in one:
            where = join(one_at, "hostPath")
            host = reader.mapping(one["hostPath"], ("path", "type"), where)
            path = reader.text(host.get("path"), join(where, "path"))
            kind = reader.text(host.get("type"), join(where, "type"))
            paths[name] = path
            if kind in ("BlockDevice", "CharDevice"):
                pod.devices.append(Fact(path, join(where, "path")))
            else:
                # Podman makes it where it is not there: that is writing
                made = kind.endswith("OrCreate")
                pod.mounts.append(
                    Mount("bind", path, "" if made else name, (), join(where, "path"))
                )
        elif "image" in one:
            where = join(one_at, "image")
            image = reader.mapping(one["image"], ("reference", "pullPolicy"), where)
            reference = reader.text(image.get("reference"), where)
            pod.images.append(Fact(reference, join(where, "reference")))
        elif "persistentVolumeClaim" in one:
            where = join(one_at, "persistentVolumeClaim")
            claim = reader.mapping(one["persistentVolumeClaim"], ("claimName", "readOnly"), where)
            source = reader.text(claim.get("claimName"), join(where, "claimName"))
            kind = "bind" if "/" in source else "volume"
            pod.mounts.append(Mount(kind, source, name, (), join(where, "claimName")))
    return paths


def _container(
    reader: Reader,
    raw: Any,
    at: str,
    volumes: Mapping[str, str],
    around: Part,
    *,
    written: set[str],
) -> Part:
    """`written` gets the names of volumes that it mounts in another way than read-only."""
    given = reader.mapping(raw, fields.CONTAINER, at)
    part = Part(What.CONTAINER, reader.text(given.get("name"), join(at, "name")), at=at)
    image = reader.text(given.get("image"), join(at, "image"))
    part.images.append(Fact(image, join(at, "image")))
    # what the pod says counts for each container that does not say otherwise
    part.user = around.user
    own = _security(reader, given.get("securityContext"), part, join(at, "securityContext"))
    part.user = own.user or around.user
    part.no_new_privileges = own.no_new_privileges
    for raw_port, port_at in reader.items(given.get("ports"), join(at, "ports")):
        port = reader.mapping(raw_port, fields.PORT, port_at)
        first = reader.number(port.get("hostPort"), join(port_at, "hostPort"))
        if first:
            address = reader.text(port.get("hostIP"), join(port_at, "hostIP"))
            part.ports.append(Port(int(first), 1, address, join(port_at, "hostPort")))
    for raw_device, device_at in reader.items(
        given.get("volumeDevices"), join(at, "volumeDevices")
    ):
        device = reader.mapping(raw_device, ("name", "devicePath"), device_at)
        name = reader.text(device.get("name"), join(device_at, "name"))
        part.devices.append(Fact(volumes.get(name, name), device_at))
    for raw_mount, mount_at in reader.items(given.get("volumeMounts"), join(at, "volumeMounts")):
        mount = reader.mapping(
            raw_mount,
            (
                "name",
                "mountPath",
                "readOnly",
                "subPath",
                "subPathExpr",
                "mountPropagation",
                "recursiveReadOnly",
            ),
            mount_at,
        )
        name = reader.text(mount.get("name"), join(mount_at, "name"))
        if mount.get("readOnly") is not True:
            written.add(name)
        inner = reader.text(mount.get("subPath"), join(mount_at, "subPath"))
        if name in volumes and inner:
            # it could lead out of the pod's volume
            path = f"{volumes[name].rstrip('/')}/{inner}"
            part.mounts.append(Mount("bind", path, name, (), join(mount_at, "subPath")))
        if reader.text(mount.get("mountPropagation"), mount_at) == "Bidirectional":
            source = volumes.get(name, name)
            kind = "bind" if name in volumes else "volume"
            where = join(mount_at, "mountPropagation")
            part.mounts.append(Mount(kind, source, name, ("rshared",), where))
    _limits(reader, given.get("resources"), part, join(at, "resources"))
    return part


def _limits(reader: Reader, raw: Any, part: Part, at: str) -> None:
    resources = reader.mapping(raw, ("limits", "requests", "claims"), at)
    for name, text in reader.pairs(resources.get("limits"), join(at, "limits")).items():
        key = {"memory": "memory", "cpu": "cpus"}.get(name.casefold())
        number = quantity(text)
        if key and number is None:
            reader.strange(join(at, f"limits.{name}"))
        elif key and number is not None:
            part.limits[key] = number
        elif "." in name or "/" in name:
            # podman.io/device=… and the devices of CDI come as a limit
            part.devices.append(Fact(name, join(at, f"limits.{name}")))


def _security(reader: Reader, raw: Any, part: Part, at: str) -> Part:
    """Into `part`; returns it."""
    given = reader.mapping(raw, fields.SECURITY, at)
    if reader.tick(given.get("privileged"), join(at, "privileged")):
        part.give_all_rights(join(at, "privileged"))
    where = join(at, "capabilities")
    caps = reader.mapping(given.get("capabilities"), ("add", "drop"), where)
    for text, cap_at in reader.texts(caps.get("add"), join(where, "add")):
        part.capabilities.append(Fact(capability(text), cap_at))
    part.dropped += [capability(text) for text, _at in reader.texts(caps.get("drop"), where)]
    user = given.get("runAsUser")
    if user is not None:
        part.user = Fact(reader.text(user, join(at, "runAsUser")), join(at, "runAsUser"))
    part.no_new_privileges = given.get("allowPrivilegeEscalation") is False
    proc = reader.text(given.get("procMount"), join(at, "procMount"))
    if proc and proc != "Default":
        part.security.append(Fact("unmask=ALL", join(at, "procMount")))
    labels = reader.mapping(
        given.get("seLinuxOptions"), fields.LABELS_OF_SELINUX, join(at, "seLinuxOptions")
    )
    for name, value in labels.items():
        part.security.append(Fact(f"label={name}:{value}", join(at, f"seLinuxOptions.{name}")))
    for key, word in (("seccompProfile", "seccomp"), ("appArmorProfile", "apparmor")):
        profile = reader.mapping(given.get(key), ("type", "localhostProfile"), join(at, key))
        kind = reader.text(profile.get("type"), join(at, key))
        if kind and kind != "RuntimeDefault":
            named = reader.text(profile.get("localhostProfile"), join(at, key))
            part.security.append(Fact(f"{word}={named or kind.lower()}", join(at, key)))
    for raw_one, one_at in reader.items(given.get("sysctls"), join(at, "sysctls")):
        one = reader.mapping(raw_one, ("name", "value"), one_at)
        part.security.append(Fact(f"sysctl={reader.text(one.get('name'), one_at)}", one_at))
    return part


def _annotations(pod: Part, notes: Mapping[str, str]) -> None:
    for name, value in notes.items():
        at = f"annotations.{name}"
        if name.startswith(fields.MOUNTS_FROM):
            pod.mounts.append(Mount("from", value, "", (), at))
        elif name.startswith(fields.PRIVILEGED):
            pod.give_all_rights(at)
        elif name.startswith(fields.USER_SPACE):
            mode, _colon, rest = value.partition(":")
            if mode in ("host", "container", "ns"):
                pod.spaces.append(Space("user", "path" if mode == "ns" else mode, rest, at))
        elif name.startswith("io.podman.annotations.") or "run.oci." in name:
            if not name.startswith(fields.CALM_ANNOTATIONS):
                pod.security.append(Fact(f"annotation={name}", at))
        elif not name.startswith(fields.CALM_ANNOTATIONS) and _for_a_runtime(name):
            pod.security.append(Fact(f"annotation={name}", at))


def _for_a_runtime(name: str) -> bool:
    """Deployments carry notes of many tools; only those that a runtime might read count."""
    heads = (
        "io.kubernetes.cri",
        "io.crun",
        "io.containers.",
        "module.wasm",
        "cdi.k8s.io",
        "io.katacontainers",
    )
    return name.startswith(heads) or name.startswith("container.apparmor") or "seccomp" in name


def _claim(reader: Reader, raw: Any, at: str) -> Part:
    document = reader.mapping(raw, fields.DOCUMENT, at)
    meta = reader.mapping(document.get("metadata"), fields.METADATA, join(at, "metadata"))
    reader.mapping(document.get("spec"), fields.CLAIM, join(at, "spec"))
    notes = reader.pairs(meta.get("annotations"), "annotations")
    options: dict[str, str] = {}
    driver = ""
    imported: list[Mount] = []
    for key, value in notes.items():
        if not key.startswith(fields.VOLUME_HEAD):
            continue
        name = key.removeprefix(fields.VOLUME_HEAD)
        if name == "driver":
            driver = value
        elif name == "import-source":
            imported.append(Mount("file", value, "", ("ro",), f"annotations.{key}"))
        elif name in fields.VOLUME_OPTIONS:
            options[fields.VOLUME_OPTIONS[name]] = value
        else:
            reader.strange(join(at, f"annotations.{key}"))
    name = reader.text(meta.get("name"), join(at, "metadata.name"))
    part = volume_part(reader, name=name, driver=driver, options=options, at="annotations")
    part.labels = reader.pairs(meta.get("labels"), "labels")
    part.mounts += imported
    return part

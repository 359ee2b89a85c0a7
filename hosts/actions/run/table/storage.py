"""Mounts: paths, volumes, memory, images, secrets, devices."""

import re
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import sizes
from hosts.actions.run import run_fields
from hosts.actions.run.table.field import Field, Kind, Params, Spec, add, at
from hosts.actions.run.table.inspected import InspectedContainer, lines_of
from hosts.actions.run.table.mounts import (
    mount,
    mount_words,
    put_mounts,
    put_tmpfs,
    put_volumes,
    tmpfs,
    tmpfs_words,
    volume_words,
)
from hosts.actions.run.table.parsers import (
    join_lines,
    lines,
    matching,
    one_line,
    options,
    separated,
    size,
    tick,
)
from hosts.refusals import Refusal

_DEVICE = r"(/[^:\s,]+(:/[^:\s,]+)?(:[rwm]{1,3})?|[a-z0-9.-]+/[A-Za-z0-9_.-]+=[^\s,]+)"
_RULE = r"[abc] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}"
IMAGE_VOLUMES = (
    ("", _("as anonymous volumes")),
    ("tmpfs", _("as tmpfs")),
    ("ignore", _("ignore them")),
)
# Podman's default size of /dev/shm
_USUAL_SHM = (65_536_000, 0)
# Podman's own mounts in a read-only container
_READ_ONLY_TMPFS = ("/dev", "/dev/shm", "/run", "/tmp", "/var/tmp")  # noqa: S108 - paths inside
_TMPFS_USUAL = ("rw", "rprivate", "nosuid", "nodev", "tmpcopyup")


def _secret(text: str) -> dict[str, Any]:
    """`name[,type=mount|env][,target=…][,uid=…][,gid=…][,mode=…]`."""
    given = options(text if "=" in text.partition(",")[0] else f"source={text}")
    found: dict[str, Any] = {"source": given.pop("source", ""), "type": given.pop("type", "mount")}
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", found["source"]):
        raise Refusal(_now("“%s” does not name a secret.") % text[:80])
    if found["type"] not in ("mount", "env"):
        raise Refusal(_now("A secret must be type=mount or type=env."))
    for name, value in given.items():
        pattern = {"uid": r"[0-9]{1,9}", "gid": r"[0-9]{1,9}", "mode": r"[0-7]{1,5}"}
        fits = re.fullmatch(pattern.get(name.lower(), r"[^\s,]+"), value)
        if name.lower() not in ("target", *pattern) or not fits:
            raise Refusal(_now("“%s” is not an option of a secret.") % f"{name}={value}"[:80])
        if name != "target" and found["type"] == "env":
            raise Refusal(_now("An environment variable has no owner or mode."))
        found[name.lower()] = value
    return found


def _secret_words(secret: dict[str, Any]) -> str:
    parts = [secret["source"]]
    parts += ["type=env"] if secret["type"] == "env" else []
    parts += [
        f"{name}={secret[name]}" for name in ("target", "uid", "gid", "mode") if name in secret
    ]
    return ",".join(parts)


def _put_secrets(spec: Spec, secrets: Any, _params: Params) -> None:
    for secret in secrets:
        if secret["type"] == "env":
            target = secret.get("target") or secret["source"]
            spec.setdefault("secret_env", {})[target] = secret["source"]
        else:
            spec.setdefault("secrets", []).append(
                {
                    "Source": secret["source"],
                    "Target": secret.get("target", ""),
                    "UID": int(secret.get("uid", 0)),
                    "GID": int(secret.get("gid", 0)),
                    "Mode": int(secret.get("mode", "444"), 8),
                }
            )


def _secrets_from_inspect(container: InspectedContainer) -> str:
    found = []
    for one in container.config("Secrets") or []:
        parts = [str(one.get("Name") or "")]
        parts += [f"{key.lower()}={one[key]}" for key in ("UID", "GID") if one.get(key)]
        mode = int(one.get("Mode") or 0)
        parts += [f"mode={mode:o}"] if mode and mode != 0o444 else []
        found.append(",".join(parts))
    return lines_of(found)


def _volumes_from_inspect(container: InspectedContainer) -> str:
    found = []
    for one in container.inspect.get("Mounts") or []:
        kind, target = one.get("Type"), str(one.get("Destination") or "")
        source = str((one.get("Name") if kind == "volume" else one.get("Source")) or "")
        # an image mount is listed a second time, as an overlay
        overlay = any(str(o).startswith("lowerdir=") for o in one.get("Options") or [])
        if kind not in ("volume", "bind") or overlay or not (source and target):
            continue
        usual = ("rbind", "nosuid", "nodev", "rw") if kind == "volume" else ("rbind", "rw")
        more = [str(o) for o in one.get("Options") or [] if o not in usual]
        more += [] if one.get("RW", True) else ["ro"]
        more += [one["Mode"]] if one.get("Mode") in ("z", "Z") else []
        spread = str(one.get("Propagation") or "")
        more += [spread] if spread not in ("", "rprivate") else []
        found.append(":".join([source, target, *([",".join(more)] if more else [])]))
    return lines_of(found)


def _tmpfs_from_inspect(container: InspectedContainer) -> str:
    read_only = bool(container.host("ReadonlyRootfs"))
    found = []
    for target, given in (container.host("Tmpfs") or {}).items():
        own = [part for part in str(given).split(",") if part and part not in _TMPFS_USUAL]
        if read_only and not own and target in _READ_ONLY_TMPFS:
            continue
        found.append(f"{target}:{','.join(own)}" if own else str(target))
    return lines_of(found)


def _images_from_inspect(container: InspectedContainer) -> str:
    return lines_of(
        f"type=image,source={one.get('Source')},destination={one.get('Destination')}"
        + (",rw=true" if one.get("RW") else "")
        for one in container.inspect.get("Mounts") or []
        if one.get("Type") == "image"
    )


def _devices_from_inspect(container: InspectedContainer) -> str:
    if container.host("Privileged"):
        return ""
    found = []
    for one in container.host("Devices") or []:
        outer, inner = str(one.get("PathOnHost") or ""), str(one.get("PathInContainer") or "")
        rights = str(one.get("CgroupPermissions") or "")
        parts = [
            outer,
            *([inner] if inner != outer or rights else []),
            *([rights] if rights else []),
        ]
        found.append(":".join(parts))
    return lines_of(found)


def _shm_from_inspect(container: InspectedContainer) -> str:
    given = int(container.host("ShmSize") or 0)
    return "" if given in _USUAL_SHM else sizes.words(given)


def _rule(text: str) -> dict[str, Any]:
    kind, numbers, rights = text.split(" ")
    major, _colon, minor = numbers.partition(":")
    found: dict[str, Any] = {"allow": True, "type": kind, "access": rights}
    for name, number in (("major", major), ("minor", minor)):
        found[name] = -1 if number == "*" else int(number)
    return found


def _put_read_only(spec: Spec, value: Any, params: Params) -> None:
    spec["read_only_filesystem"] = bool(value)
    # as podman run: /tmp, /run and /var/tmp stay writable by default
    spec["read_write_tmpfs"] = not params.get("read_only_all")


STORAGE = (
    Field(
        "volumes",
        _("Mounts"),
        lines(run_fields.volume),
        put_volumes,
        ("-v", "--volume"),
        Kind.OWN,
        write=lambda values: join_lines(volume_words(value) for value in values),
        from_inspect=_volumes_from_inspect,
        logged=True,
    ),
    Field(
        "tmpfs",
        _("tmpfs mounts"),
        lines(tmpfs),
        put_tmpfs,
        ("--tmpfs",),
        Kind.LINES,
        write=lambda values: join_lines(tmpfs_words(value) for value in values),
        from_inspect=_tmpfs_from_inspect,
        help=_("One per line: /cache, or /cache:size=64m,mode=1777."),
        logged=True,
    ),
    Field(
        "mounts",
        _("Other mounts"),
        lines(mount),
        put_mounts,
        ("--mount",),
        Kind.LINES,
        write=lambda values: join_lines(mount_words(value) for value in values),
        from_inspect=_images_from_inspect,
        help=_("One per line, as for --mount: type=image,source=…,destination=/assets."),
        logged=True,
    ),
    Field(
        "secrets",
        _("Secrets"),
        lines(_secret),
        _put_secrets,
        ("--secret",),
        Kind.LINES,
        write=lambda values: join_lines(_secret_words(value) for value in values),
        from_inspect=_secrets_from_inspect,
        help=_("One per line: name, name,target=/run/key,mode=400, or name,type=env,target=KEY."),
        logged=True,
    ),
    Field(
        "volumes_from",
        _("Volumes from other containers"),
        separated(
            matching(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*(:[a-zA-Z]+)?", _("“%s” is not a container name."))
        ),
        at("volumes_from"),
        ("--volumes-from",),
        Kind.LINES,
        write=join_lines,
        from_inspect=lambda container: lines_of(container.host("VolumesFrom")),
        logged=True,
    ),
    Field(
        "image_volumes",
        _("Volumes defined by the image"),
        one_line,
        at(
            "image_volume_mode", lambda mode: "anonymous" if mode in ("bind", "anonymous") else mode
        ),
        ("--image-volume",),
        Kind.CHOICE,
        choices=IMAGE_VOLUMES,
        logged=True,
    ),
    Field(
        "shm_size",
        _("Size of /dev/shm"),
        size,
        at("shm_size"),
        ("--shm-size",),
        write=sizes.words,
        from_inspect=_shm_from_inspect,
        hint="64m",
        logged=True,
    ),
    Field(
        "devices",
        _("Devices"),
        lines(
            matching(
                _DEVICE, _("“%s” is not valid: write /dev/x, /dev/x:/dev/y:rwm, or a CDI name.")
            )
        ),
        add("devices", lambda paths: [{"path": path} for path in paths]),
        ("--device",),
        Kind.LINES,
        write=join_lines,
        from_inspect=_devices_from_inspect,
        help=_("One per line."),
        hint="/dev/ttyUSB0",
        logged=True,
    ),
    Field(
        "gpus",
        _("GPUs"),
        matching(
            r"all|[A-Za-z0-9_.,:=-]+", _("“%s” is not valid: write all, or the number of a GPU.")
        ),
        add("devices", lambda text: [{"path": f"nvidia.com/gpu={g}"} for g in _gpus(text)]),
        ("--gpus",),
        help=_("NVIDIA GPUs by CDI name; the host needs NVIDIA's container toolkit."),
        logged=True,
    ),
    Field(
        "device_rules",
        _("Device cgroup rules"),
        lines(matching(_RULE, _("“%s” is not valid: write c 1:3 rwm."))),
        at("device_cgroup_rule", lambda rules: [_rule(rule) for rule in rules]),
        ("--device-cgroup-rule",),
        Kind.LINES,
        write=join_lines,
        logged=True,
    ),
    Field(
        "read_only",
        _("Read-only root file system (--read-only)"),
        tick,
        _put_read_only,
        ("--read-only",),
        Kind.TICK,
        from_inspect=lambda container: "on" if container.host("ReadonlyRootfs") else "",
        logged=True,
    ),
    Field(
        "read_only_all",
        _("Read-only /tmp, /run and /var/tmp too (--read-only-tmpfs=false)"),
        tick,
        lambda _spec, _value, _params: None,
        ("--read-only-tmpfs=false",),
        Kind.TICK,
        logged=True,
    ),
)


def _gpus(text: str) -> list[str]:
    # docker's forms: all, device=0, "device=0,1"
    return [part for part in text.removeprefix("device=").split(",") if part]

"""Mounts as `-v`, `--mount` and `--tmpfs` take them, and in Podman's spec."""

import re
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.run.table.parsers import size
from hosts.refusals import Refusal

# podman-run(1), --mount: synonyms
_SAME = {
    "src": "source",
    "dst": "destination",
    "target": "destination",
    "readonly": "ro",
    "subpath": "subpath",
    "bind-propagation": "propagation",
    "volume-opt": "o",
    "tmpfs-size": "size",
    "tmpfs-mode": "mode",
    "U": "U",
    "chown": "U",
}
_KINDS = ("bind", "volume", "tmpfs", "image", "devpts", "ramfs")
_TMPFS_OPTION = re.compile(
    r"(size=[0-9]+[kmgtKMGT%]?[bB]?|mode=[0-7]{1,4}|uid=[0-9]+|gid=[0-9]+|nr_inodes=[0-9]+[kmg]?"
    r"|ro|rw|exec|noexec|dev|nodev|suid|nosuid|sync|async|dirsync|noatime|atime|relatime|strictatime"
    r"|tmpcopyup|notmpcopyup|noswap|U|[r]?(shared|slave|private|unbindable))"
)


def volume_words(volume: dict[str, Any]) -> str:
    """As `-v` takes it. `volume` as run_fields.volume reads it."""
    parts = [volume["source"], volume["target"], ",".join(volume["options"])]
    return ":".join(part for part in parts if part)


def put_volumes(spec: dict[str, Any], volumes: Any, _params: dict[str, Any]) -> None:
    """Host paths, overlays over them (option O) and named volumes."""
    for volume in volumes:
        if "O" in [option.partition("=")[0] for option in volume["options"]]:
            spec.setdefault("overlay_volumes", []).append(
                {
                    "destination": volume["target"],
                    "source": volume["source"],
                    "options": volume["options"],
                }
            )
        elif volume["kind"] == "bind":
            spec.setdefault("mounts", []).append(_bind(volume))
        else:
            spec.setdefault("volumes", []).append(_named_volume(volume))


def _bind(volume: dict[str, Any]) -> dict[str, Any]:
    options = list(volume["options"])
    if not {"bind", "rbind"} & set(options):
        options.append("rbind")
    return {
        "type": "bind",
        "source": volume["source"],
        "destination": volume["target"],
        "options": options,
    }


def _named_volume(volume: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": volume["source"],
        "Dest": volume["target"],
        "Options": volume["options"],
        **({} if volume["source"] else {"IsAnonymous": True}),
    }


def tmpfs(text: str) -> dict[str, Any]:
    """`/path[:options]` as {"target", "options"}."""
    target, colon, rest = text.partition(":")
    if not target.startswith("/") or target.rstrip("/") == "":
        raise Refusal(_("The path in the container must start with “/”."))
    options = [option for option in rest.split(",") if option]
    if colon and not options:
        raise Refusal(_("“%s” is not valid: write /path:size=64m.") % text[:80])
    for option in options:
        if not _TMPFS_OPTION.fullmatch(option):
            raise Refusal(_("A tmpfs has no option “%s”.") % option[:40])
    return {"target": target, "options": options}


def tmpfs_words(value: dict[str, Any]) -> str:
    """As `--tmpfs` takes it."""
    return ":".join(part for part in (value["target"], ",".join(value["options"])) if part)


def put_tmpfs(spec: dict[str, Any], values: Any, _params: dict[str, Any]) -> None:
    """Added to the mounts."""
    for value in values:
        spec.setdefault("mounts", []).append(_memory(value["target"], value["options"]))


def _memory(target: str, options: list[str]) -> dict[str, Any]:
    return {"type": "tmpfs", "source": "tmpfs", "destination": target, "options": options}


def mount(text: str) -> dict[str, Any]:
    """`type=…,source=…,destination=…,…` as {"type", "source", "destination", "options": [...]}."""
    found: dict[str, Any] = {"type": "volume", "source": "", "destination": "", "options": []}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        name = _SAME.get(name.strip(), name.strip())
        if name == "type":
            if value not in _KINDS:
                raise Refusal(_kind_words(value))
            found["type"] = value
        elif name in ("source", "destination"):
            found[name] = value
        elif name:
            found["options"].append(f"{name}={value}" if equals else name)
    _judge(found)
    return found


def _kind_words(kind: str) -> str:
    if kind == "glob":
        return _("Only the podman command itself expands type=glob: name each path.")
    return _("“%(kind)s” must be one of %(kinds)s.") % {
        "kind": kind[:40],
        "kinds": ", ".join(_KINDS),
    }


def _judge(found: dict[str, Any]) -> None:
    if not found["destination"].startswith("/"):
        raise Refusal(_("destination= must start with “/”."))
    if found["type"] == "bind" and not found["source"].startswith("/"):
        raise Refusal(_("source= must be a full path on the host."))
    if found["type"] == "image" and not found["source"]:
        raise Refusal(_("source= must name the image."))
    if found["type"] in ("tmpfs", "ramfs", "devpts") and found["source"]:
        raise Refusal(_("“%s” takes no source=.") % found["type"])
    for option in found["options"]:
        if option.startswith("size="):
            size(option.partition("=")[2])


def mount_words(value: dict[str, Any]) -> str:
    """As `--mount` takes it."""
    parts = [f"type={value['type']}"]
    parts += [f"source={value['source']}"] if value["source"] else []
    return ",".join([*parts, f"destination={value['destination']}", *value["options"]])


def put_mounts(spec: dict[str, Any], values: Any, _params: dict[str, Any]) -> None:
    """Each type in its place in the spec."""
    for value in values:
        options = [plain for option in value["options"] if (plain := _plain(option))]
        subpath = next((o[8:] for o in value["options"] if o.startswith("subpath=")), "")
        if value["type"] == "image":
            writable = bool({"rw", "rw=true", "readwrite=true"} & set(value["options"]))
            image = {"Source": value["source"], "Destination": value["destination"]}
            extra: dict[str, Any] = {"ReadWrite": writable} | (
                {"subPath": subpath} if subpath else {}
            )
            spec.setdefault("image_volumes", []).append(image | extra)
        elif value["type"] == "volume":
            named = {"kind": "volume", "source": value["source"], "target": value["destination"]}
            made = _named_volume(named | {"options": options})
            spec.setdefault("volumes", []).append(made | ({"SubPath": subpath} if subpath else {}))
        elif value["type"] == "bind":
            bound = {"source": value["source"], "target": value["destination"], "options": options}
            spec.setdefault("mounts", []).append(_bind(bound))
        else:
            kind = value["type"]
            spec.setdefault("mounts", []).append(
                _memory(value["destination"], options) | {"type": kind, "source": kind}
            )


def _plain(option: str) -> str:
    """A kernel mount option for one of `--mount`. "" where it has its own place."""
    name, equals, value = option.partition("=")
    truth = value.lower() in ("", "true", "1")
    if name == "subpath":
        return ""
    if name in ("ro", "rw"):
        return name if truth else {"ro": "rw", "rw": "ro"}[name]
    if name == "propagation":
        return value
    if name == "relabel":
        return {"shared": "z", "private": "Z"}.get(value, "")
    if name in ("U", "idmap", "notmpcopyup", "exec", "noexec", "suid", "nosuid", "dev", "nodev"):
        if name == "idmap" and equals and not truth:
            return option
        return name if truth else ""
    if name == "bind-nonrecursive":
        return "bind" if truth else ""
    if name == "o":
        return value
    return option

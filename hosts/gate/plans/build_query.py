"""The parameters of a build, in both dialects: read anew, in the words that guardrails judge.

What Podman's own client always says, and means nothing by, is not sent on. What would read the host's disk,
or write there, is refused by its name.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from hosts.actions.builds.build_fields import MOST_TAGS, inside
from hosts.actions.creation import checked_labels
from hosts.actions.images.names import new_name
from hosts.actions.images.references import parse
from hosts.gate.calls.names import on_docker_hub
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.target import Request
from hosts.guardrails.reader import refuse_duplicate_keys
from hosts.refusals import Refusal

# where none is named Podman looks for these
_USUAL_FILES: Final = {
    Dialect.LIBPOD: ("Containerfile", "Dockerfile"),
    Dialect.DOCKER: ("Dockerfile",),
}
# of the profile that a client finds on its own machine
_USUAL_SECCOMP: Final = re.compile(r"(?:/usr/share|/etc)/containers/seccomp\.json")
# buildah's numbers, and Docker's words
_NETWORKS: Final = {
    "": "", "0": "", "default": "", "1": "none", "none": "none", "2": "", "host": "host",
}  # fmt: skip
_ISOLATIONS: Final = {
    "": "", "0": "", "default": "", "1": "oci", "oci": "oci", "2": "chroot", "chroot": "chroot",
    "3": "rootless", "rootless": "rootless",
}  # fmt: skip
_OWN_USERS: Final = {"Name": "user", "Host": True, "Path": ""}
_SECRET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}")
# lists of texts in JSON that are judged, and those that are read for their form alone
_JUDGED: Final = ("addcaps", "devices", "labelopts")
_LISTS: Final = (
    "annotations", "dnsoptions", "dnssearch", "dnsservers", "dropcaps", "excludes", "extrahosts", "ulimits",
)  # fmt: skip
_NUMBERS: Final = (
    "cpuperiod", "cpuquota", "cpushares", "jobs", "memory", "memswap", "retry", "shmsize", "timestamp",
)  # fmt: skip
# a folder of the host and where RUN sees it, as buildah takes them; it would read a backslash as an escape
_VOLUME: Final = re.compile(r"/[^:\\]*:/[^:\\]*(?::[^:\\]*)?")
_NUMBER: Final = re.compile(r"-?\d{1,18}")


@dataclass
class BuildQuery:
    """`judged`: in the words of guardrails.from_request.build. `query`: what is sent. `files`: where the
    Containerfile may be; `secrets`: files of the context that are secrets. `tags`: whole names.
    """

    judged: dict[str, Any] = field(default_factory=dict)
    query: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    arguments: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = ()

    def log_params(self) -> dict[str, object]:
        """What an entry keeps, as of a build in the pages: no value of an argument."""
        return {
            "tags": list(self.tags),
            "containerfile": self.files[0],
            "target": next(iter(self.query.get("target", [])), ""),
            "platform": ",".join(self.query.get("platform", [])),
            "no_cache": self.query.get("nocache", []) in (["1"], ["true"]),
            "pull": self.judged.get("pullpolicy") == "always",
            "labels": self.judged.get("labels", {}),
            "argument_names": sorted(self.arguments),
        }


def read_build(request: Request) -> BuildQuery:
    """What is asked for. Refused, Refusal."""
    found = BuildQuery(query={name: list(values) for name, values in request.query.items()})
    _files(found, request)
    _tags(found, request)
    _mappings(found, request)
    for name in (*_JUDGED, *_LISTS):
        if values := _list(request, name):
            found.judged[name] = values
            found.query[name] = [json.dumps(values)]
    for name in _NUMBERS:
        if (value := request.one(name)) and not _NUMBER.fullmatch(value):
            raise Refused(400, f"{name} is a number.")
    if memory := int(request.one("memory") or 0):
        found.judged["memory"] = memory
    pull = request.one("pullpolicy") or request.one("pull")
    if pull.lower() in ("always", "1", "true"):
        found.judged["pullpolicy"] = "always"
    _images(found, request)
    _volumes(found, request)
    _confinement(found, request)
    _secrets(found, request)
    return found


def _files(found: BuildQuery, request: Request) -> None:
    given = request.one("dockerfile")
    if given.lstrip().startswith("["):
        names = _list(request, "dockerfile")
        if len(names) != 1:
            raise Refused(403, "There is one Containerfile to build from: write it as one.")
        # one from outside of the context comes in it by its whole path
        given = names[0].lstrip("/")
    found.query.pop("dockerfile", None)
    if not given:
        found.files = _USUAL_FILES[request.dialect]
        return
    found.files = (inside(given),)
    found.query["dockerfile"] = [found.files[0]]


def _tags(found: BuildQuery, request: Request) -> None:
    def whole(typed: str) -> str:
        libpod = request.dialect is Dialect.LIBPOD
        return str(new_name(typed if libpod else on_docker_hub(typed)))

    given = [one for one in request.query.get("t", []) if one]
    if len(given) > MOST_TAGS:
        raise Refused(400, f"At most {MOST_TAGS} names.")
    found.tags = tuple(dict.fromkeys(map(whole, given)))
    found.query["t"] = list(found.tags)
    # Podman's own client says the first name there too
    found.query.pop("output", None)
    if (output := request.one("output")) and output not in given:
        raise Refused(403, "output: what is built becomes an image; it is written nowhere else.")
    named = list(found.tags)
    if manifest := request.one("manifest"):
        found.query["manifest"] = [whole(manifest)]
        named += found.query["manifest"]
    found.judged["t"] = named


def _mappings(found: BuildQuery, request: Request) -> None:
    arguments = _mapping(request, "buildargs")
    # without a value it has none on the client's machine either
    found.arguments = {key: value for key, value in arguments.items() if value is not None}
    found.query.pop("buildargs", None)
    if found.arguments:
        found.query["buildargs"] = [json.dumps(found.arguments)]
    labels = checked_labels(
        {key: value or "" for key, value in _mapping(request, "labels").items()}
    )
    found.query.pop("labels", None)
    if labels:
        found.judged["labels"] = labels
        found.query["labels"] = [json.dumps(labels)]


def _images(found: BuildQuery, request: Request) -> None:
    """Images beside those that the Containerfile names."""
    if _list(request, "cacheto"):
        raise Refused(403, "cacheto sends layers to a registry: push the image instead.")
    found.query.pop("cacheto", None)
    if caches := [str(parse(one)) for one in _list(request, "cachefrom")]:
        found.judged["cachefrom"] = caches
    contexts = {}
    for name, one in _object(request, "additionalbuildcontexts").items():
        image = one.get("Value") if isinstance(one, dict) else None
        if not isinstance(image, str) or not _is_image(one):
            raise Refused(403, f"additionalbuildcontexts.{name[:80]} is no image of a registry.")
        parse(image)
        contexts[name] = image
    if contexts:
        found.judged["additionalbuildcontexts"] = {
            name: f"image:{image}" for name, image in contexts.items()
        }


def _is_image(context: dict[str, Any]) -> bool:
    return (
        context.get("IsImage") is True
        and context.get("IsURL") in (False, None)
        and not context.get("DownloadedCache")
        and context.keys() <= {"IsImage", "IsURL", "DownloadedCache", "Value"}
    )


def _volumes(found: BuildQuery, request: Request) -> None:
    """Folders of the host that RUN sees."""
    volumes = request.query.get("volume", [])
    if not all(map(_VOLUME.fullmatch, volumes)):
        raise Refused(400, "volume: /FOLDER:/FOLDER[:OPTIONS], without backslashes.")
    if volumes:
        found.judged["volumes"] = volumes


def _confinement(found: BuildQuery, request: Request) -> None:
    """What RUN has of the host. As a container: what is judged passes, what cannot be is refused."""
    for name, words in (("networkmode", _NETWORKS), ("isolation", _ISOLATIONS)):
        given = request.one(name)
        if given not in words:
            raise Refused(403, f"{name} {given[:40]!r} is not open to clients.")
        if words[given]:
            found.judged[name] = words[given]
        elif name in found.query and given in ("", "default"):
            del found.query[name]
    if spaces := [one for one in _objects(request, "nsoptions") if one != _OWN_USERS]:
        if any("/" in str(one.get("Path", "")) for one in spaces):
            raise Refused(403, "nsoptions: a namespace's file on the host is not open to clients.")
        found.judged["nsoptions"] = spaces
    for name in ("seccomp", "apparmor"):
        value = request.one(name)
        found.query.pop(name, None)
        if value and not _USUAL_SECCOMP.fullmatch(value):
            if value != "unconfined":
                raise Refused(403, f"{name}: a profile of the host is not open to clients.")
            found.judged[name] = value
            found.query[name] = [value]
    found.query.pop("cgroupparent", None)
    if value := request.one("cgroupparent"):
        found.judged["cgroupparent"] = value
        found.query["cgroupparent"] = [value]
    ids = _object(request, "idmappingoptions")
    found.query.pop("idmappingoptions", None)
    if ids and not _as_the_host(ids):
        raise Refused(403, "idmappingoptions: other users than the host's are not open to clients.")


def _as_the_host(ids: dict[str, Any]) -> bool:
    return (
        ids.get("HostUIDMapping") is True
        and ids.get("HostGIDMapping") is True
        and not (ids.get("UIDMap") or ids.get("GIDMap") or ids.get("AutoUserNs"))
    )


def _secrets(found: BuildQuery, request: Request) -> None:
    """Those that Podman's client has put into the context."""
    files = []
    for text in _list(request, "secrets"):
        pairs = dict(part.partition("=")[::2] for part in text.split(","))
        source = pairs.get("src", "")
        if pairs.keys() - {"id", "src"} or not _SECRET.fullmatch(source):
            raise Refused(403, "secrets: each is a file of the context (id=…,src=…).")
        files.append(source)
    found.secrets = tuple(files)


def _json(request: Request, name: str) -> Any:
    given = request.one(name)
    if not given:
        return None
    try:
        return json.loads(given, object_pairs_hook=refuse_duplicate_keys)
    except (ValueError, RecursionError, Refusal) as bad:
        raise Refused(400, f"{name} is no JSON, or says something twice.") from bad


def _list(request: Request, name: str) -> list[str]:
    found = _json(request, name) or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Refused(400, f"{name} is a JSON list of texts.")
    return found


def _object(request: Request, name: str) -> dict[str, Any]:
    found = _json(request, name) or {}
    if not isinstance(found, dict):
        raise Refused(400, f"{name} is a JSON object.")
    return found


def _objects(request: Request, name: str) -> list[dict[str, Any]]:
    found = _json(request, name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refused(400, f"{name} is a JSON list of objects.")
    return found


def _mapping(request: Request, name: str) -> dict[str, str | None]:
    """Docker's clients send an object, Podman's a list of KEY=VALUE."""
    found = _json(request, name) or {}
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        found = {key: value for key, _sign, value in (one.partition("=") for one in found)}
    if not isinstance(found, dict) or not all(
        isinstance(one, str) or one is None for one in found.values()
    ):
        raise Refused(400, f"{name} is a JSON object of texts.")
    return found

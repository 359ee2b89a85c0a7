"""What the web process may ask of an endpoint: reading and streams. Default deny.

Without this list a broken web process would be root on every host. Names and parameters are those
of Podman's API; its query names are compared without regard to case (gorilla/schema), so here too.
"""

import json
import posixpath
import re
from typing import Final
from urllib.parse import parse_qsl, unquote

from hosts.podman import tar_judge
from hosts.podman.transports import transport_of

PREFIX: Final = r"(?:/v\d{1,3}(?:\.\d{1,3}){0,2})?(?:/libpod)?"
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_EXEC_CREATE: Final = re.compile(rf"{PREFIX}/containers/{NAME}/exec")
_UPGRADES: Final = re.compile(rf"{PREFIX}/(?:exec/{NAME}/start|containers/{NAME}/attach)")
_POSTS: Final = re.compile(
    rf"{PREFIX}/(?:exec/{NAME}/(?:start|resize|remove)|containers/{NAME}/(?:exec|attach|resize)"
    r"|build|images/load|images/import|artifacts/add)"
)
_PUTS: Final = re.compile(rf"{PREFIX}/containers/{NAME}/archive")
# A GET that runs a command, under whatever else Podman takes for a version.
_GETS_REFUSED: Final = re.compile(r".*/containers/[^/]+/healthcheck/?")
_TARGET: Final = re.compile(r"/[!-\"$-~]*")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\\]")

# Of build's parameters those that give a build no more than a container with defaults has:
# not volume, devices, addcaps, securityopt, isolation, nsoptions, networkmode, remote …
_BUILD_PARAMETERS: Final = frozenset(
    {
        "addhosts",
        "allplatforms",
        "annotations",
        "buildargs",
        "cachefrom",
        "cacheto",
        "cachettl",
        "compatvolumes",
        "compression",
        "cpuperiod",
        "cpuquota",
        "cpusetcpus",
        "cpusetmems",
        "cpushares",
        "createdannotation",
        "dnsoptions",
        "dnssearch",
        "dnsservers",
        "dockerfile",
        "dropcaps",
        "forcerm",
        "httpproxy",
        "identitylabel",
        "ignore",
        "inheritannotations",
        "inheritlabels",
        "jobs",
        "labels",
        "layerlabel",
        "layers",
        "manifest",
        "memory",
        "memswap",
        "nocache",
        "nohosts",
        "omithistory",
        "osfeature",
        "osversion",
        "outputformat",
        "platform",
        "pull",
        "pullpolicy",
        "q",
        "retry",
        "retry-delay",
        "rewritetimestamp",
        "rm",
        "shmsize",
        "skipunusedstages",
        "sourcedateepoch",
        "squash",
        "t",
        "target",
        "timestamp",
        "tlsverify",
        "ulimits",
        "unsetannotation",
        "unsetenv",
        "unsetlabel",
        "version",
    }
)
# Of a Containerfile's place: upwards onto the host, an address to fetch, or hidden in JSON.
_OUTSIDE: Final = re.compile(r"(?:^|[/\"])\.\.(?:[/\"]|$)|://|\\")
# Of build's parameters those that name what comes to be.
_BUILT_NAMES: Final = ("t", "manifest", "cacheto", "cachefrom")
_CONTAINERFILES: Final = ("Containerfile", "Dockerfile")
# Of the secrets of a build, files of its context.
_SECRET_FILE: Final = re.compile(r"src=([A-Za-z0-9][A-Za-z0-9_.-]*)")
# Not `path`, which names a file of the host in a call beside it.
_ADD_PARAMETERS: Final = frozenset(
    {"name", "filename", "filemimetype", "artifactmimetype", "annotations", "append"}
)
_IMPORT_PARAMETERS: Final = frozenset(
    {"architecture", "changes", "message", "os", "reference", "variant"}
)


def refusal(method: str, target: str) -> str | None:
    """Why a request may not pass, or None if it may. `target` is the encoded path and query."""
    if (unsafe := unsafe_target(target)) is not None:
        return unsafe
    path, _, query = target.partition("?")
    given = parameters(query)
    names = {name for name, _ in given}
    if method in {"GET", "HEAD"}:
        if _GETS_REFUSED.fullmatch(unquote(path)):
            return "a health check runs a command"
        if "showsecret" in names:
            return "the values of secrets are not for the web process"
        return None
    if method == "PUT" and _PUTS.fullmatch(path):
        return None
    if method == "POST" and _POSTS.fullmatch(path):
        if path.endswith("/build"):
            return build_refusal(given)
        if path.endswith("/artifacts/add"):
            return _unknown(names - _ADD_PARAMETERS)
        if path.endswith("/images/import"):
            return _unknown(names - _IMPORT_PARAMETERS)
        return None
    return f"{method} {path} is not a stream"


def parameters(query: str) -> list[tuple[str, str]]:
    """Names and values, the names in the one case in which they can be compared."""
    return [(n.casefold(), value) for n, value in parse_qsl(query, keep_blank_values=True)]


def unsafe_target(target: str) -> str | None:
    """Why nobody can be sure how Podman reads it, or None."""
    if not _TARGET.fullmatch(target):
        return "the path is not a plain one"
    return _unsafe_path(target.partition("?")[0])


def build_refusal(given: list[tuple[str, str]], also: frozenset[str] = frozenset()) -> str | None:
    """The same for the parameters of a build. `also`: names of others that are permitted."""
    return _refused_build(given) or _unknown({name for name, _ in given} - _BUILD_PARAMETERS - also)


def _refused_build(given: list[tuple[str, str]]) -> str | None:
    files = [value for name, value in given if name == "dockerfile"]
    if any(_OUTSIDE.search(value) for value in files):
        return "the file to build from is in the context"
    if len(files) > 1 or any(value.lstrip().startswith("[") for value in files):
        return "there is one file to build from"
    if any(posixpath.normpath(value).endswith(".in") for value in files):
        return "the file to build from goes through the host's C preprocessor"
    if any(name in _BUILT_NAMES and transport_of(value) for name, value in given):
        return "an image would be written to the host's disk"
    if _build_arguments(given) is None:
        return "the arguments of the build are not plain"
    return None


def judge_of(method: str, target: str) -> tar_judge.TarJudge | None:
    """For a body that Podman unpacks on the host's own disk: what judges it. Of a permitted one."""
    path, _, query = target.partition("?")
    if method != "POST" or not _POSTS.fullmatch(path):
        return None
    if path.endswith("/images/load"):
        return tar_judge.of_images()
    if path.endswith("/build"):
        given = parse_qsl(query, keep_blank_values=True)
        files = [value for name, value in given if name.casefold() == "dockerfile" and value]
        arguments = _build_arguments([(name.casefold(), value) for name, value in given])
        # where none is named, or an empty name, Podman looks for these
        secrets = [value for name, value in given if name.casefold() == "secrets"]
        return tar_judge.of_context(
            *(files or _CONTAINERFILES),
            arguments=arguments,
            read=(*_CONTAINERFILES, *_SECRET_FILE.findall("".join(secrets))),
            rooted=(*files, *_SECRET_FILE.findall("".join(secrets))),
        )
    return None


def _build_arguments(given: list[tuple[str, str]]) -> dict[str, str] | None:
    """What the query of a build says of its arguments; None where it is not a mapping of texts."""
    values = [value for name, value in given if name == "buildargs" and value]
    if not values:
        return {}
    try:
        found = json.loads(values[0]) if len(values) == 1 else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        return None
    return found


def may_upgrade(method: str, target: str) -> bool:
    """True where the bytes after the head are a person's terminal."""
    return method == "POST" and _UPGRADES.fullmatch(target.partition("?")[0]) is not None


def is_exec_create(method: str, target: str) -> bool:
    """True where the body decides what is run, and has to be looked at."""
    return method == "POST" and _EXEC_CREATE.fullmatch(target.partition("?")[0]) is not None


def exec_refusal(body: bytes) -> str | None:
    """Why this body of an exec create may not pass: a privileged exec is root on the host."""
    try:
        pairs = json.loads(body.decode("utf-8"), object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return "the body is not JSON"
    if not isinstance(pairs, tuple):
        return "the body is not a JSON object"
    # Go takes names without regard to case, and the last of several.
    if any(name.casefold() == "privileged" and value is not False for name, value in pairs):
        return "a privileged exec is not for the web process"
    return None


def _unsafe_path(path: str) -> str | None:
    if _BAD_PERCENT.search(path):
        return "the path has a broken escape"
    # Podman matches on the encoded path and then decodes it once: both have to be plain.
    for form in (path, unquote(path)):
        if "//" in form or any(part in {".", ".."} for part in form.split("/")):
            return "the path has an empty part, . or .."
        if _UNSAFE.search(form):
            return "the path has control characters"
    return None


def _unknown(names: set[str]) -> str | None:
    if not names:
        return None
    return f"parameter not allowed here: {', '.join(sorted(names))}"

"""What the gate may ask of an endpoint: what web may, and what its table of routes makes of requests.

The gate judges and makes each request anew (hosts.gate). This is what is left to a gate that somebody has
broken: no secret's value, no path or archive of the host's own disk, no privileged exec, no kube file
that is built or started in one.
"""

import json
import re
from typing import Final

from hosts.link import web_routes
from hosts.link.web_routes import NAME, PREFIX
from hosts.podman.transports import transport_of

_ANY: Final = r"[^/?]+"
_CONTAINER: Final = (
    "start|stop|restart|kill|pause|unpause|rename|wait|init|update|checkpoint|restore"
)
_POD: Final = "start|stop|restart|kill|pause|unpause"
_OPEN: Final = {
    "POST": re.compile(
        rf"{PREFIX}/(?:(?:volumes|networks|secrets|pods)/create|containers/(?:create|{NAME}/(?:{_CONTAINER}))|pods/{NAME}/(?:{_POD})"
        rf"|networks/{NAME}/(?:connect|disconnect|update)"
        rf"|commit|images/(?:pull|create|{_ANY}/(?:tag|untag|push))"
        rf"|manifests/{_ANY}(?:/registry/{_ANY})?|artifacts/(?:pull|{_ANY}/push))"
    ),
    "PUT": re.compile(rf"{PREFIX}/manifests/{_ANY}"),
    "DELETE": re.compile(
        rf"{PREFIX}/(?:containers|pods|volumes|networks|secrets|images|manifests|artifacts)/{_ANY}"
    ),
    "GET": re.compile(rf"{PREFIX}/containers/{NAME}/healthcheck"),
}
_KUBE: Final = re.compile(rf"{PREFIX}/(?:play/kube|kube/play)")
# of a container that comes from an archive, or goes into one
_ARCHIVES: Final = frozenset({"export", "import"})
# an archive comes from the gate, never from an address that the host would fetch
_SOURCE: Final = ("fromsrc", "-")
# Of a build's parameters those that guardrails have judged: what RUN may do, images, files of the context.
_BUILD: Final = frozenset(
    """
    addcaps additionalbuildcontexts apparmor cgroupparent devices excludes extrahosts isolation
    labelopts networkmode nsoptions save-stages seccomp secrets setenv stage-labels volume
    """.split()  # noqa: SIM905 - a list would be a screen long
)


_BUILDS: Final = re.compile(rf"{PREFIX}/build")


def refusal(method: str, target: str) -> str | None:
    """Why a request may not pass, or None. `target`: the encoded path and query."""
    reason = web_routes.refusal(method, target)
    known = _OPEN.get(method)
    if reason is None or known is None or web_routes.unsafe_target(target) is not None:
        return reason
    path, _, query = target.partition("?")
    given = web_routes.parameters(query)
    if _KUBE.fullmatch(path):
        return None if method == "DELETE" or (method == "POST" and _only_makes(given)) else reason
    if path.endswith(("/checkpoint", "/restore")) and any(
        value.lower() not in ("", "0", "f", "false") for name, value in given if name in _ARCHIVES
    ):
        return reason
    if method == "POST" and _BUILDS.fullmatch(path):
        return web_routes.build_refusal(given, _BUILD) or _outside(given)
    if not known.fullmatch(path) or any(
        name == _SOURCE[0] and value != _SOURCE[1] for name, value in given
    ):
        return reason
    return None


def _only_makes(given: list[tuple[str, str]]) -> bool:
    """A kube file of which nothing starts, and nothing is built from a folder of the host."""
    values = {name: [value for key, value in given if key == name] for name in ("build", "start")}
    return all(told == ["false"] for told in values.values())


def _outside(given: list[tuple[str, str]]) -> str | None:
    """Why a build could reach the host's disk, or None."""
    for name, value in given:
        if name in ("secrets", "nsoptions") and ("/" in value or "\\" in value):
            return f"{name} names a file outside of the context"
        if name in ("seccomp", "apparmor") and value != "unconfined":
            return f"{name} names a profile of the host"
        if name == "additionalbuildcontexts" and not _are_images(value):
            return "a further context is no image"
    return None


def _are_images(text: str) -> bool:
    try:
        contexts = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(contexts, dict) and all(
        isinstance(one, dict)
        and one.keys() <= {"IsImage", "IsURL", "Value", "DownloadedCache"}
        and one.get("IsImage") is True
        and not one.get("IsURL")
        and not one.get("DownloadedCache")
        and not transport_of(str(one.get("Value")))
        for one in contexts.values()
    )

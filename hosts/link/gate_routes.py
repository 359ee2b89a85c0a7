"""What the gate may ask of an endpoint: what web may, and what its table of routes makes of requests.

The gate judges and makes each request anew (hosts.gate). This is what is left to a gate that somebody has
broken: no secret's value, no path or archive of the host's own disk, no privileged exec, no kube file
that is built or started in one.
"""

import re
from typing import Final

from hosts.link import web_routes
from hosts.link.web_routes import NAME, PREFIX

_ANY: Final = r"[^/?]+"
_CONTAINER: Final = (
    "start|stop|restart|kill|pause|unpause|rename|wait|init|update|checkpoint|restore"
)
_POD: Final = "start|stop|restart|kill|pause|unpause"
_OPEN: Final = {
    "POST": re.compile(
        rf"{PREFIX}/(?:(?:volumes|networks|secrets|pods)/create|containers/(?:create|{NAME}/(?:{_CONTAINER}))|pods/{NAME}/(?:{_POD})"
        rf"|networks/{NAME}/(?:connect|disconnect|update)"
        rf"|images/(?:pull|create|{_ANY}/(?:tag|untag)))"
    ),
    "DELETE": re.compile(
        rf"{PREFIX}/(?:containers|pods|volumes|networks|secrets|images|manifests)/{_ANY}"
    ),
    "GET": re.compile(rf"{PREFIX}/containers/{NAME}/healthcheck"),
}
_KUBE: Final = re.compile(rf"{PREFIX}/(?:play/kube|kube/play)")
# an archive from an address, that the host would fetch
_CLOSED: Final = frozenset({"fromsrc"})
# of a container that comes from an archive, or goes into one
_ARCHIVES: Final = frozenset({"export", "import"})


def refusal(method: str, target: str) -> str | None:
    """Why a request may not pass, or None. `target`: the encoded path and query."""
    reason = web_routes.refusal(method, target)
    known = _OPEN.get(method)
    if reason is None or known is None or web_routes.unsafe_target(target) is not None:
        return reason
    path, _, query = target.partition("?")
    given = web_routes.parameters(query)
    names = {name for name, _value in given}
    if _KUBE.fullmatch(path):
        return None if method == "DELETE" or (method == "POST" and _only_makes(given)) else reason
    if path.endswith(("/checkpoint", "/restore")) and any(
        value.lower() not in ("", "0", "f", "false") for name, value in given if name in _ARCHIVES
    ):
        return reason
    if not known.fullmatch(path) or names & _CLOSED:
        return reason
    return None


def _only_makes(given: list[tuple[str, str]]) -> bool:
    """A kube file of which nothing starts, and nothing is built from a folder of the host."""
    values = {name: [value for key, value in given if key == name] for name in ("build", "start")}
    return all(told == ["false"] for told in values.values())

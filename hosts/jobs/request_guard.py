"""Checks the requests of a try: nothing starts, and no image gets a name, before it was judged.

So no action can forget the second look. A job that makes or changes something and does not confirm
it ends as a fault of ours. A start before that is not sent. Nor is a request that names an image
before the locks of images were asked about the name.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from hosts.cards import SecondLook, road_of
from hosts.guardrails.kinds.matching import full_name
from hosts.podman.paths import Params

_MAKES = re.compile(r"/(?:containers|pods|volumes|networks)/create|/play/kube|/build")
_CHANGES = re.compile(r"/containers/[^/]+/(?:update|restore)|/networks/[^/]+/connect")
_STARTS = re.compile(r"/(?:containers|pods)/([^/]+)/(?:start|restart|init|restore)")
_TAGS = re.compile(r"/commit|/images/.+/tag")
_HEAD = re.compile(r"/v[0-9.]+(?:/libpod)?")


class CheckSkipped(RuntimeError):
    """An action of ours was about to leave out the second look, or the locks of a name."""


class RequestGuard:
    """`own`: the id of the job's own object, which exists and may be started."""

    def __init__(self, verb: str, own: str) -> None:
        self.verb = verb
        self._second_look = road_of(verb).second_look
        self._confirmed = {own}
        self._names: set[str] = set()
        self._open = False

    def check_request(self, method: str, target: str, params: Params | None) -> None:
        """Check a request before it is sent. CheckSkipped."""
        if method != "POST":
            return
        way = _HEAD.sub("", target, count=1)
        for name in _image_names(way, params or {}):
            if "@" not in name and full_name(name) not in self._names:
                raise CheckSkipped(
                    f"{self.verb} would give the name {name} without a look at locks"
                )
        if _MAKES.fullmatch(way):
            if self._second_look is not SecondLook.MADE:
                raise CheckSkipped(f"{self.verb} makes something, and its card says not")
            if way == "/play/kube" and (params or {}).get("start") is not False:
                raise CheckSkipped(f"{self.verb} would start what was not looked at")
            self._open = True
            return
        if _CHANGES.fullmatch(way):
            if self._second_look is not SecondLook.CHANGED:
                raise CheckSkipped(f"{self.verb} changes something, and its card says not")
            self._open = True
        found = _STARTS.fullmatch(way) if self._second_look is SecondLook.MADE else None
        if found and unquote(found[1]) not in self._confirmed:
            raise CheckSkipped(f"{self.verb} would start what was not looked at")

    def confirm(self, ids: Iterable[str]) -> None:
        """All that was made or changed so far was judged; `ids` may be started."""
        self._open = False
        self._confirmed.update(ids)

    def allow_names(self, names: Iterable[str]) -> None:
        """No locked image has these names."""
        self._names.update(map(full_name, names))

    def check_end(self) -> None:
        """CheckSkipped where something was made or changed, and nobody judged it."""
        if self._open:
            raise CheckSkipped(f"{self.verb} did not look at what it made or changed")


def _image_names(way: str, params: Params) -> list[str]:
    """The names that a request gives to images."""
    if way == "/images/create":
        return [str(params.get("fromImage"))]
    if way == "/build":
        tags = params.get("t") or []
        return [str(tag) for tag in tags] if isinstance(tags, list) else [str(tags)]
    if _TAGS.fullmatch(way):
        return [f"{params.get('repo')}:{params.get('tag')}"]
    return []

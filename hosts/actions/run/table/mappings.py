"""Maps users and groups of the container to those of the host: a user namespace."""

import re
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.actions.run.table.field import Field, Kind, Params, Spec
from hosts.actions.run.table.inspected import InspectedContainer, lines_of, mapping
from hosts.actions.run.table.parsers import join_lines, lines
from hosts.refusals import Refusal

# podman run sets this too if mappings are given
USER_NS = "io.podman.annotations.userns"
GIVEN = "private"
_MAP = re.compile(r"([0-9]{1,10}):([0-9]{1,10})(?::([0-9]{1,10}))?")
_HELP = _(
    "ID inside, ID outside, count: 0:100000:65536. For a rootless user, 0 outside is the "
    "account itself, and 1 is the first of its subordinate ids."
)


def _map(text: str) -> list[int]:
    """[inside, outside, how many]."""
    match = _MAP.fullmatch(text)
    if re.search(r"[+@ug]", text):
        raise Refusal(_now("+, @, u and g are resolved on the host: write the numbers."))
    if not match or match[3] == "0":
        raise Refusal(_now("“%s” is not valid: write 0:100000:65536.") % text[:40])
    return [int(match[1]), int(match[2]), int(match[3] or 1)]


def _words(values: list[list[int]]) -> str:
    return join_lines(":".join(str(number) for number in one) for one in values)


def _shape(values: list[list[int]]) -> list[dict[str, int]]:
    return [{"container_id": a, "host_id": b, "size": count} for a, b, count in values]


def _put(spec: Spec, _value: Any, params: Params) -> None:
    """Both kinds at once: where one is missing, podman run uses the other's numbers."""
    users, groups = params.get("uidmap"), params.get("gidmap")
    spec["idmappings"] = {
        "UIDMap": _shape(users or groups or []),
        "GIDMap": _shape(groups or users or []),
    }
    spec["userns"] = {"nsmode": GIVEN}
    spec.setdefault("annotations", {})[USER_NS] = GIVEN


def _from_inspect(kind: str) -> Any:
    def from_inspect(one: InspectedContainer) -> str:
        # keep-id, auto and the like compute their own numbers
        if one.annotation(USER_NS) not in ("", GIVEN) or one.inspect.get("Pod"):
            return ""
        found = mapping(one.host("IDMappings")).get(kind) or []
        return lines_of(sorted((str(text) for text in found), key=lambda text: _map(text)))

    return from_inspect


MAPPINGS = (
    Field(
        "uidmap",
        _("Users inside and on the host"),
        lines(_map),
        _put,
        ("--uidmap",),
        Kind.LINES,
        write=_words,
        from_inspect=_from_inspect("UidMap"),
        help=_HELP,
        hint="0:100000:65536",
        logged=True,
    ),
    Field(
        "gidmap",
        _("Groups inside and on the host"),
        lines(_map),
        _put,
        ("--gidmap",),
        Kind.LINES,
        write=_words,
        from_inspect=_from_inspect("GidMap"),
        help=_("Empty: the same ids as for users."),
        hint="0:100000:65536",
        logged=True,
    ),
)

"""Values of parameters that Podman reads in a way of its own, or that would cost it dearly."""

import json
import re
from typing import Any, Final

from hosts.gate.routes.replies import Refused
from hosts.gate.routes.target import Request
from hosts.guardrails.reader import refuse_duplicate_keys
from hosts.refusals import Refusal

# a negative number but -1 panics in Podman, and a large one is allocated at once
_TAIL: Final = re.compile(r"all|-1|\d{1,6}")
_FILTERS_BYTES: Final = 32 * 1024

# what a filter asks of a container itself
_OF_ITSELF: Final = frozenset(
    {"command", "exited", "health", "id", "label", "label!", "name", "status", "until"}
)


def checked(request: Request) -> dict[str, list[str]]:
    """The query that is sent on. Refused (400) for what cannot be taken."""
    query = {name: list(values) for name, values in request.query.items()}
    if (tail := request.one("tail")) and not _TAIL.fullmatch(tail):
        raise Refused(400, "tail is a number of lines up to 999999, or all.")
    if filters := request.one("filters"):
        query["filters"] = [json.dumps(_filters(filters), separators=(",", ":"))]
    return query


def json_object(body: bytes) -> dict[str, Any]:
    """A body that is one JSON object and says nothing twice. Refused (400)."""
    try:
        raw = json.loads(body, object_pairs_hook=refuse_duplicate_keys)
    except (ValueError, RecursionError, Refusal) as bad:
        raise Refused(400, "The body is no JSON, or says something twice.") from bad
    if not isinstance(raw, dict):
        raise Refused(400, "The body is no JSON object.")
    return raw


def heed_narrowed(request: Request) -> None:
    """For whoever sees some containers alone: Refused where a filter names something else, since Podman
    would say whether that is there.
    """
    named = {name for name in ("before", "since") if request.one(name)}
    if filters := request.one("filters"):
        named |= _filters(filters).keys() - _OF_ITSELF
    if named:
        words = f"With access to some containers alone these filters are not open: {sorted(named)}."
        raise Refused(403, words)


def filters_of(text: str) -> dict[str, list[str]]:
    """Filters as lists, however they were sent. Refused (400)."""
    return {
        name: values if isinstance(values, list) else [one for one, on in values.items() if on]
        for name, values in (_filters(text) if text else {}).items()
    }


def _filters(text: str) -> dict[str, Any]:
    """A mapping of lists of texts, or, as Docker sends it, of mappings of ticks; each name once."""
    bad = Refused(400, "filters is a JSON object of lists, of at most 32 KiB, each name once.")
    if len(text) > _FILTERS_BYTES:
        raise bad
    try:
        found = json.loads(text, object_pairs_hook=refuse_duplicate_keys)
    except (ValueError, RecursionError, Refusal) as exc:
        raise bad from exc
    if not isinstance(found, dict) or not all(map(_is_filter, found.values())):
        raise bad
    return found


def _is_filter(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, dict) and all(isinstance(one, bool) for one in value.values())

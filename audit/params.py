"""Which parameters an entry may keep as they are. Others are stored as a keyed hash.

So nothing is lost, equal values can be compared, and no secret is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from audit.clean import clean
from audit.keys import keyed_hash

TEXT_LIMIT = 1024
ITEMS_LIMIT = 200
DEPTH_LIMIT = 4

# Plain names, for every verb. Never a name whose value can be or contain a secret
# (env, command, build arguments, YAML, passwords, headers).
_PLAIN = set(
    """
    account action active address algorithm all attempt attempts change changed client columns count
    created_ids days destination digest disabled door driver duration_ms email enabled endpoint
    endpoints entrypoint_given erased exists expires fingerprint first force format from group groups host
    hosts how id ids ignore image images infra interactive internal ip_range ipv6 items job kind
    label limit memory_bytes cpus pids_limit last member method mode name names network new_name
    note number object old_name options_given order path platform pod policy port ports previous
    privileged prune pull quiet read_only reason reference references registry remove_image
    remove_volumes repository restart restart_policy restart_retries result role rootless segment
    session_count signal since size_bytes socket source state subnet tag tail target targets
    timeout_s to transport tty until unit url_host user userns verb verbs version volume volumes
    wait with
    """.split()  # noqa: SIM905 - a list would be three screens long
)
# Names whose value is a mapping that may be kept whole, keys and values.
_PLAIN_MAPS = {"limits", "filters"}
# Names whose value is a mapping of further parameters, each judged by its own name.
_NESTED = {"before", "after", "changes", "spec"}
_by_verb: dict[str, set[str]] = {}


@dataclass(frozen=True)
class Secret:
    """A value that is always hashed. Its repr shows nothing."""

    value: str | bytes = field(repr=False)


def allow(verb: str, *names: str) -> None:
    """Let entries of `verb` keep these parameters, beside those allowed for all verbs."""
    _by_verb.setdefault(verb, set()).update(names)


def canonical_params(verb: str, params: Mapping[str, Any] | None) -> str:
    """Sorted JSON text of what an entry keeps of `params`."""
    kept = _mapping(verb, params or {}, depth=0)
    return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()


def _mapping(verb: str, params: Mapping[str, Any], *, depth: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in list(params.items())[:ITEMS_LIMIT]:
        key = clean(name, limit=100)
        if name in _NESTED and isinstance(value, Mapping) and depth < DEPTH_LIMIT:
            kept[key] = _mapping(verb, value, depth=depth + 1)
        elif isinstance(value, Mapping):
            plain = name in _PLAIN_MAPS or name in _by_verb.get(verb, ())
            kept[key] = {
                clean(inner, limit=200): _plain(item, depth=depth + 1)
                if plain
                else hash_value(item)
                for inner, item in list(value.items())[:ITEMS_LIMIT]
            }
        elif name in _PLAIN or name in _by_verb.get(verb, ()):
            kept[key] = _plain(value, depth=depth)
        else:
            kept[key] = hash_value(value)
    return kept


def _plain(value: Any, *, depth: int) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, Secret | bytes | bytearray | Mapping):
        return hash_value(value)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        shown = [
            _plain(item, depth=depth + 1) if depth < DEPTH_LIMIT else hash_value(item)
            for item in items[:ITEMS_LIMIT]
        ]
        return [*shown, f"… {len(items) - ITEMS_LIMIT}"] if len(items) > ITEMS_LIMIT else shown
    return clean(value, limit=TEXT_LIMIT)


def hash_value(value: Any) -> dict[str, str] | None:
    """{"keyed_hash": hex} of any value. None stays None, since "not given" is no secret."""
    if value is None:
        return None
    if isinstance(value, Secret):
        value = value.value
    if isinstance(value, str | bytes):
        return {"keyed_hash": keyed_hash(value)}
    if isinstance(value, bytearray):
        return {"keyed_hash": keyed_hash(bytes(value))}
    data = orjson.dumps(
        value,
        option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS,
        default=lambda inner: inner.value if isinstance(inner, Secret) else str(inner),
    )
    return {"keyed_hash": keyed_hash(data)}

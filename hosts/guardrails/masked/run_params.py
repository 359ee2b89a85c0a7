"""Masks the parameters of a run, by the names of the run form's fields, and mount options."""

from collections.abc import Mapping
from typing import Any

from hosts.guardrails.masked.patterns import (
    HIDDEN,
    command_looks_secret,
    image,
    looks_secret,
    mask,
)

# fields with names: of a Podman secret, a volume, a port
_NAMES = frozenset(
    """
    name pod ports network networks aliases secrets volumes devices user pull
    """.split()  # noqa: SIM905
)
# fields with a command as words
_COMMANDS = ("entrypoint", "command", "health_cmd", "health_startup")
_CALM_OPTIONS = frozenset(
    """
    size mode uid gid nr_inodes nr_blocks vers nfsvers proto port mountport addr ip sec timeo retrans
    rsize wsize subpath upperdir workdir lowerdir context type device o idmap
    """.split()  # noqa: SIM905
)


def run_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The same structure, with HIDDEN for values and commands that may hold a secret."""
    shown = {name: _mask_param(name, value) for name, value in params.items()}
    # one line together
    both = [name for name in ("entrypoint", "command") if isinstance(params.get(name), list)]
    if command_looks_secret([str(word) for name in both for word in params[name]]):
        shown |= {name: [HIDDEN] for name in both if params[name]}
    return shown


def _mask_param(name: str, value: Any) -> Any:
    if name == "image":
        return image(str(value))
    if name in _NAMES:
        return value
    if name in _COMMANDS and isinstance(value, list):
        # Podman's keywords for how the rest is run
        how = [one for one in value[:1] if one in ("CMD", "CMD-SHELL")]
        return [*how, HIDDEN] if command_looks_secret([str(one) for one in value]) else value
    return _each(value, options=name in ("mounts", "log_options"))


def _each(value: Any, *, options: bool) -> Any:
    if isinstance(value, Mapping):
        return {
            key: HIDDEN
            if isinstance(inner, str) and looks_secret(f"{key}={inner}")
            else _each(inner, options=options)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_each(one, options=options) for one in value]
    if not isinstance(value, str):
        return value
    return option(value) if options else mask(value)


def option(text: str) -> str:
    """A mount option. The value is hidden unless the option is known to be harmless."""
    name, equals, _value = text.partition("=")
    if equals and name.strip().lower() not in _CALM_OPTIONS:
        return f"{name}={HIDDEN}"
    return mask(text)

"""What a container is to be run with, by the names of the run form's fields, and a mount's options."""

from collections.abc import Callable, Mapping
from typing import Any

from hosts.guardrails.masked.arguments import arguments, line
from hosts.guardrails.masked.names import HIDDEN, secret, worth
from hosts.guardrails.masked.programs import of_image
from hosts.guardrails.masked.words import image, words

# what names something: an image's tag, a secret of Podman's, a mount
_NAMES = frozenset(
    [
        "name",
        "image",
        "pod",
        "ports",
        "network",
        "networks",
        "aliases",
        "secrets",
        "volumes",
        "devices",
        "user",
        "pull",
    ]
)


def order(params: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the same shape, each secret in it hidden."""
    program = of_image(str(params.get("image") or ""))
    shown = {name: _shown(name, value) for name, value in params.items()}
    entry, command = _list(params.get("entrypoint")), _list(params.get("command"))
    whole = arguments([*entry, *command], "" if entry else program)
    if entry:
        shown["entrypoint"] = whole[: len(entry)]
    if command:
        shown["command"] = whole[len(entry) :]
    return shown


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _shown(name: str, value: Any) -> Any:
    if name == "image":
        return image(str(value))
    if name in _NAMES:
        return value
    if name in ("health_cmd", "health_startup", "entrypoint"):
        return _of_command(value)
    return _each(value, option if name in ("mounts", "log_options") else words)


def _of_command(value: Any) -> Any:
    if isinstance(value, list):
        # of a check for the shell inside: Podman's own words for it, and its text
        if value[:1] == ["CMD-SHELL"]:
            return [value[0], *(line(str(one)) for one in value[1:])]
        return arguments([str(one) for one in value])
    return line(value) if isinstance(value, str) else value


def _each(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: HIDDEN
            if isinstance(inner, str) and secret(str(key)) and worth(inner)
            else _each(inner, text)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_each(one, text) for one in value]
    return text(value) if isinstance(value, str) else value


def option(text: str) -> str:
    """A mount's option: the value of one that is not known to be harmless is hidden."""
    name, equals, _value = text.partition("=")
    if not equals or name.strip().lower() in _CALM_OPTIONS:
        return words(text)
    return f"{name}={HIDDEN}"


_CALM_OPTIONS = frozenset(
    """
    size mode uid gid nr_inodes nr_blocks vers nfsvers proto port mountport addr ip sec timeo retrans
    rsize wsize subpath upperdir workdir lowerdir context type device o idmap
    """.split()  # noqa: SIM905
)

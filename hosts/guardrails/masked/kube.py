"""A kube file as Podman gets it, masked. Comments are not sent, so they are left out."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from hosts.guardrails.masked.limits import cut
from hosts.guardrails.masked.names import is_secret_name
from hosts.guardrails.masked.patterns import HIDDEN, command_looks_secret, image, mask

# annotations that Podman and runtimes act on; others can hold anything
_ACTED_ON = (
    "io.podman.",
    "volume.podman.io/",
    "bind-mount-options",
    "run.oci.",
    "krun.",
    "org.systemd.property.",
    "io.kubernetes.",
    "io.containers.",
    "com.github.containers.",
)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_VALUES = {"secret": ("data", "stringdata"), "configmap": ("data", "binarydata")}


def kube(documents: Iterable[Mapping[str, Any]]) -> str:
    """The masked YAML of the `documents` that Podman gets."""
    shown = (
        yaml.dump(document(one), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100)
        for one in documents
    )
    return cut("\n---\n".join(shown))


def document(given: Mapping[str, Any]) -> Any:
    """One document without its secrets."""
    # Podman takes Kind for kind, and Data for data
    kinds = [str(value).casefold() for key, value in given.items() if _small(key) == "kind"]
    values = {key for kind in kinds for key in _VALUES.get(kind, ())}
    return {
        str(key): _all_hidden(value)
        if _small(key) in values
        else [document(one) if isinstance(one, Mapping) else HIDDEN for one in value]
        if "list" in kinds and _small(key) == "items" and isinstance(value, list)
        else _mask_value(value, str(key))
        for key, value in given.items()
    }


def _small(key: object) -> str:
    return str(key).casefold()


def _all_hidden(value: Any) -> Any:
    return {str(key): HIDDEN for key in value} if isinstance(value, Mapping) else HIDDEN


def _mask_value(value: Any, key: str) -> Any:
    small = key.casefold()
    if small == "env" and isinstance(value, Mapping):
        # a list in Kubernetes, but hidden in any form
        return _all_hidden(value)
    if isinstance(value, Mapping):
        return _mapping(value, small)
    if isinstance(value, list):
        by_place = small in ("env", "httpheaders")
        return [_without_value(one) if by_place else _mask_value(one, "") for one in value]
    if isinstance(value, str | int | float) and not isinstance(value, bool) and is_secret_name(key):
        return HIDDEN
    if not isinstance(value, str):
        return value
    return image(value) if small in ("image", "reference") else mask(value)


def _mapping(value: Mapping[Any, Any], small: str) -> Any:
    if small == "annotations":
        return {
            str(name): _mask_value(text, "") if str(name).startswith(_ACTED_ON) else HIDDEN
            for name, text in value.items()
        }
    # command and args are one command line
    parts = [key for key in value if _small(key) in ("command", "args")]
    words = [one for key in parts for one in _as_list(value[key]) if isinstance(one, str)]
    whole = command_looks_secret(words)
    return {
        str(name): HIDDEN if whole and name in parts else _mask_value(inner, str(name))
        for name, inner in value.items()
    }


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _without_value(one: Any) -> Any:
    if not isinstance(one, Mapping):
        return HIDDEN
    return {
        str(name): HIDDEN if _small(name) == "value" else _mask_value(inner, str(name))
        for name, inner in one.items()
    }

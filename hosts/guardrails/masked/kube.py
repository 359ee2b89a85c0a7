"""A kube file for whoever approves it: as it was written where hiding in place is sure (in_place), else
written anew of what Podman gets.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from hosts.guardrails.masked.arguments import arguments, line
from hosts.guardrails.masked.in_place import NotSure, in_place
from hosts.guardrails.masked.limits import cut
from hosts.guardrails.masked.names import HIDDEN, secret
from hosts.guardrails.masked.programs import of_image
from hosts.guardrails.masked.words import image, words

# the first line of a text that is not the one that was sent
ANEW = "# written anew"
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


def kube(documents: Iterable[Mapping[str, Any]], text: str = "") -> str:
    """`documents`: as Podman gets them; `text`: as it was sent, "" where nobody knows it."""
    if text:
        try:
            return cut(in_place(text, document))
        except NotSure:
            pass
    found = ANEW
    for one in documents:
        shown = yaml.dump(
            document(one), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100
        )
        found += f"\n---\n{shown}" if found != ANEW else f"\n{shown}"
    return cut(found)


def document(given: Mapping[str, Any]) -> Any:
    """One document without its secrets."""
    # Podman takes Kind for kind, and Data for data
    kinds = [str(value).casefold() for key, value in given.items() if _small(key) == "kind"]
    if "list" in kinds:
        return {
            str(key): [document(one) if isinstance(one, Mapping) else HIDDEN for one in value]
            if _small(key) == "items" and isinstance(value, list)
            else _shown(value, str(key))
            for key, value in given.items()
        }
    hidden = {key for kind in kinds for key in _VALUES.get(kind, ())}
    return {
        str(key): _all_hidden(value) if _small(key) in hidden else _shown(value, str(key))
        for key, value in given.items()
    }


def _small(key: object) -> str:
    return str(key).casefold()


def _all_hidden(value: Any) -> Any:
    return {str(key): HIDDEN for key in value} if isinstance(value, Mapping) else HIDDEN


def _shown(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value, key.casefold())
    if isinstance(value, list):
        return _list(value, key.casefold())
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    if plain and secret(key):
        return HIDDEN
    if not isinstance(value, str):
        return value
    if key.casefold() in ("image", "reference"):
        return image(value)
    return words(value)


def _mapping(value: Mapping[Any, Any], small: str) -> Any:
    if small == "env":
        # a list in Kubernetes; whatever it is here
        return _all_hidden(value)
    if small == "annotations":
        return {
            str(name): _shown(text, "") if str(name).startswith(_ACTED_ON) else HIDDEN
            for name, text in value.items()
        }
    commands = _commands(value)
    return {
        str(name): commands[name] if name in commands else _shown(inner, str(name))
        for name, inner in value.items()
    }


def _commands(given: Mapping[Any, Any]) -> dict[Any, Any]:
    """The command and args of a container, which are one line together."""
    keys = {_small(key): key for key, value in given.items() if isinstance(value, list)}
    parts = [keys[name] for name in ("command", "args") if name in keys]
    whole = [one for part in parts for one in given[part]]
    named = next((value for key, value in given.items() if _small(key) == "image"), "")
    texts = [one if isinstance(one, str) else "" for one in whole]
    shown = [
        hidden if isinstance(one, str) else one
        for one, hidden in zip(whole, arguments(texts, of_image(str(named))), strict=True)
    ]
    found: dict[Any, Any] = {}
    for part in parts:
        length = len(given[part])
        found[part], shown = shown[:length], shown[length:]
    # of other programs a command is one text
    for key, value in given.items():
        if _small(key) in ("command", "args") and isinstance(value, str):
            found[key] = line(value)
    return found


def _list(value: list[Any], small: str) -> Any:
    if small in ("env", "httpheaders"):
        return [_without_value(one) for one in value]
    return [_shown(one, "") for one in value]


def _without_value(one: Any) -> Any:
    if not isinstance(one, Mapping):
        return HIDDEN
    return {
        str(name): HIDDEN if _small(name) == "value" else _shown(inner, str(name))
        for name, inner in one.items()
    }

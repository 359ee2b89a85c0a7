"""The part of an inspect that a person may read: masked environment, no unseen containers.

Pages, REST and the gate use it.
"""

import re
from typing import Any, Final

from hosts.access.person import Person
from hosts.access.visible import allows
from hosts.models import Endpoint

MASK: Final = "••••••"
# Podman's own answers are a dozen deep
DEEPEST: Final = 40

# --env, --env-merge, and -e, also behind other short flags: -ite NAME=value
_ENV_FLAG = re.compile(r"--env(?:-merge)?(?:=|$)|-[ditqP]*e=?")

# places where inspect names containers: a pod's command may name its first container
_NAMING = {
    "network": frozenset({"containers", "Containers"}),
    "pod": frozenset({"Containers", "CreateCommand"}),
}


def mask_environment(inspect: dict[str, Any]) -> dict[str, Any]:
    """A copy without environment values, wherever inspect repeats them. A pod made with its first container
    keeps that one's whole command.
    """
    return {name: _masked_part(name, value, DEEPEST) for name, value in inspect.items()}


def _masked_part(name: str, value: Any, deeper: int) -> Any:
    if not deeper:
        # deeper values are never shown
        return None
    if isinstance(value, dict):
        if name == "Env":
            return dict.fromkeys(value, MASK)
        return {key: _masked_part(str(key), inner, deeper - 1) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if name == "Env":
        return [f"{str(one).partition('=')[0]}={MASK}" for one in value]
    if name == "CreateCommand":
        return _masked_command([str(word) for word in value])
    return [_masked_part("", inner, deeper - 1) for inner in value]


def _masked_command(words: list[str]) -> list[str]:
    shown: list[str] = []
    before = ""
    for word in words:
        flag = _ENV_FLAG.match(word)
        if before and _ENV_FLAG.fullmatch(before):
            shown.append(f"{word.partition('=')[0]}={MASK}")
        elif flag and flag.end() < len(word):
            shown.append(f"{flag[0]}{word[flag.end() :].partition('=')[0]}={MASK}")
        else:
            shown.append(word)
        before = word
    return shown


def hide_unseen(
    person: Person, endpoint: Endpoint, kind: str, inspect: dict[str, Any]
) -> dict[str, Any]:
    """A copy without the containers of a pod or network that the person does not see."""
    if kind not in _NAMING or allows(person, "container.view", endpoint):
        return inspect
    return {name: value for name, value in inspect.items() if name not in _NAMING[kind]}

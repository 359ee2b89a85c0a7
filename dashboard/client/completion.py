"""`completion`: what a shell reads; it asks `haulout complete` for each word."""

from __future__ import annotations

import argparse
from typing import Any

from .failure import Failure
from .places import path_of

_SCRIPTS = {
    "bash": """_haulout() {
  local IFS=$'\\n'
  COMPREPLY=($(haulout complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _haulout haulout
""",
    "zsh": """#compdef haulout
_haulout() {
  local -a found
  found=(${(f)"$(haulout complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -- $found
  [[ ${words[(I)cp]} -gt 1 ]] && _files
}
compdef _haulout haulout
""",
    "fish": """complete -c haulout -f -a '(haulout complete -- (commandline -opc)[2..] (commandline -ct))'
complete -c haulout -n '__fish_seen_subcommand_from cp' -F
""",
}
# what their words name
_OF_CONTAINERS = ("start", "stop", "restart", "rm", "logs", "exec", "cp")
_PLACES = ("-c", "--connection", "--host")


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=sorted(_SCRIPTS))
    parser.epilog = "bash: . <(haulout completion bash) in ~/.bashrc; zsh: the same in ~/.zshrc; \
fish: haulout completion fish > ~/.config/fish/completions/haulout.fish"


def do_completion(call: Any, given: argparse.Namespace) -> int:
    """Print it."""
    print(_SCRIPTS[given.shell], end="")
    return 0


def raw_complete(call: Any, words: list[str]) -> int:
    """What may stand for the last word, a line each."""
    words = words[1:] if words[:1] == ["--"] else words
    *before, begun = words or [""]
    for one in sorted(set(_choices(before, begun))):
        if one.startswith(begun):
            print(one)
    return 0


def _choices(before: list[str], begun: str) -> list[str]:
    from .main import COMMANDS, Call, parser_of, split

    if before and before[-1] in _PLACES:
        given, _name, _rest = split([])
        return [path_of(one) for one in _listed(Call(given), "/endpoints")]
    try:
        given, name, rest = split(before)
    except (Failure, SystemExit):
        return []
    if not name:
        shown = [one for one, (_module, words) in COMMANDS.items() if words]
        return ["--connection", "--json", "--help"] if begun.startswith("-") else shown
    if begun.startswith("-") and name != "run":
        return [word for action in parser_of(name)._actions for word in action.option_strings]
    if name in _OF_CONTAINERS and not (name == "exec" and rest and not rest[-1].startswith("-")):
        call = Call(given)
        where = call.connection.partition("/")[0]
        asked = {"q": f"host:{where}" if where else "", "limit": 500}
        return [one["name"] for one in _listed(call, "/containers", **asked)]
    return {"jobs": ["list", "show", "follow", "cancel"], "completion": list(_SCRIPTS)}.get(
        name, []
    )


def _listed(call: Any, path: str, **query: Any) -> list[Any]:
    try:
        found: list[Any] = call.server.get(path, **query)["items"]
    except Failure:
        return []
    return found

"""A pasted `podman run` (or `docker run`) line, taken apart into the fields of the run form.

Values stay text: run_fields judges them. What the form has no field for is listed, never dropped
in silence.
"""

import shlex
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

# flag to field; a field that ends in "+" takes many
_VALUES = {
    "--name": "name",
    "-e": "environment+",
    "--env": "environment+",
    "-p": "ports+",
    "--publish": "ports+",
    "-v": "volumes+",
    "--volume": "volumes+",
    "--restart": "restart",
    "-m": "memory",
    "--memory": "memory",
    "--cpus": "cpus",
    "--pids-limit": "pids",
    "--network": "network",
    "--net": "network",
    "--pod": "pod",
    "--userns": "userns",
    "-l": "labels+",
    "--label": "labels+",
    "--pull": "pull",
}
_SWITCHES = {
    "-t": "tty",
    "--tty": "tty",
    "-i": "interactive",
    "--interactive": "interactive",
    "--rm": "remove",
}
_IGNORED = ("-d", "--detach", "-q", "--quiet")
# podman-run(1): flags without a value that the form has no field for
_OTHER_SWITCHES = frozenset(
    [
        "-P",
        "--env-host",
        "--http-proxy",
        "--init",
        "--no-healthcheck",
        "--no-hostname",
        "--no-hosts",
        "--oom-kill-disable",
        "--passwd",
        "--privileged",
        "--publish-all",
        "--read-only",
        "--read-only-tmpfs",
        "--replace",
        "--rmi",
        "--sig-proxy",
        "--tls-verify",
    ]
)
_SHORT_WITH_VALUE = "aceghlmpuvw"


@dataclass(frozen=True)
class Line:
    """`fields`: text by field; `many`: lists (environment, ports, volumes, labels)."""

    fields: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def read(text: str) -> Line:
    """Take the line apart. ValueError when it is none."""
    try:
        words = shlex.split(text.replace("\\\r\n", " ").replace("\\\n", " "))
    except ValueError as exc:
        raise ValueError(_("A quotation mark is not closed.")) from exc
    words = _after_run(words)
    line = Line(many={"environment": [], "ports": [], "volumes": [], "labels": []})
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word == "--":
            break
        for flag, value in _flags(word, words):
            _take(line, flag, value)
    if not words:
        raise ValueError(_("The line names no image."))
    line.fields["image"] = words[0]
    if words[1:]:
        line.fields["command"] = shlex.join(words[1:])
    return line


def _after_run(words: list[str]) -> list[str]:
    head = [word for word in words[:6] if word in ("podman", "docker")]
    if not head or "run" not in words:
        raise ValueError(_("Paste a line that begins with podman run or docker run."))
    return words[words.index("run") + 1 :]


def _flags(word: str, rest: list[str]) -> list[tuple[str, str | None]]:
    """What one word means: (flag, value), several for `-dit`; takes its value from `rest`."""
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        if equals:
            return [(flag, value)]
        if flag in _SWITCHES or flag in _IGNORED or flag in _OTHER_SWITCHES:
            return [(flag, None)]
        return [(flag, rest.pop(0) if rest else "")]
    found: list[tuple[str, str | None]] = []
    letters = word[1:]
    while letters:
        flag, letters = f"-{letters[0]}", letters[1:]
        if flag[1] in _SHORT_WITH_VALUE:
            value = letters.removeprefix("=") if letters else (rest.pop(0) if rest else "")
            return [*found, (flag, value)]
        found.append((flag, None))
    return found


def _take(line: Line, flag: str, value: str | None) -> None:
    if flag in _IGNORED:
        return
    if flag in _SWITCHES:
        line.fields[_SWITCHES[flag]] = "" if value in ("false", "0") else "on"
        return
    name = _VALUES.get(flag)
    if name is None:
        # a value may be a secret, and need not be repeated to say what is missing
        if flag not in line.left_out:
            line.left_out.append(flag)
    elif name.endswith("+"):
        line.many[name[:-1]].append(value or "")
    else:
        line.fields[name] = value or ""

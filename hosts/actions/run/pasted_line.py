"""Parses a pasted `podman run` or `docker run` line into the fields of the run form.

Values stay text, and the fields check them. Flags without a field are listed with the reason.
"""

import shlex
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from hosts.actions.images.references import parse
from hosts.actions.run.flags import (
    IGNORED,
    KEEP_GROUPS,
    OWN_LIMITS,
    REASONS,
    SHORT_WITH_VALUE,
    SWITCHES,
)
from hosts.actions.run.shell_words import split
from hosts.actions.run.table import BY_FLAG, Field, Kind
from hosts.actions.run.table.parsers import switch_text
from hosts.refusals import Refusal

_ENV = ("-e", "--env")


@dataclass(frozen=True)
class Line:
    """`fields`: text by field. `many`: lists of texts (environment, ports, volumes, labels, …). `left_out`:
    flags without a field. `reasons`: why something cannot work remotely. `notes`: what was read differently
    than a shell would.
    """

    fields: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def texts(self) -> dict[str, str]:
        """Text by field, with lists as lines. Without the environment."""
        lines = {name: "\n".join(found) for name, found in self.many.items() if found}
        lines.pop("environment", None)
        return self.fields | lines


def read(text: str) -> Line:
    """Parse the line. Refusal when it is none."""
    found = split(text)
    line = Line(many={"environment": [], "ports": [], "volumes": [], "labels": []})
    docker, words = _after_run(found.words, line)
    taken: str | None = None
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word == "--":
            break
        for flag, value in _flags(word, words):
            _take(line, flag, value)
            taken = value if _strange(flag) else None
    if not words and taken:
        # an unknown flag without a value stood before the image
        words = [taken]
    if not words:
        raise Refusal(_("The line has no image."))
    line.fields["image"] = _image(words[0], docker=docker)
    if words[1:]:
        line.fields["command"] = shlex.join(words[1:])
    if found.expansions:
        line.notes.append(
            _("Only your own shell can evaluate %s: write the result.")
            % ", ".join(found.expansions[:10])
        )
    if found.rest:
        line.notes.append(_("“%s” starts another command, which is not allowed here.") % found.rest)
    return line


def from_words(words: list[str]) -> Line:
    """As `read`, for words that need no shell splitting (Podman's CreateCommand)."""
    return read(shlex.join(words))


def _after_run(words: list[str], line: Line) -> tuple[bool, list[str]]:
    """(True for docker, the words after `run`). Global options before are listed."""
    names = [word.rpartition("/")[2] for word in words[:6]]
    head = next((i for i, name in enumerate(names) if name in ("podman", "docker")), None)
    verb = next((i for i, word in enumerate(words) if word in ("run", "create")), None)
    if head is None or verb is None or verb < head:
        raise Refusal(_("Paste a line that starts with podman run or docker run."))
    between = [w.partition("=")[0] for w in words[head + 1 : verb] if w.startswith("-")]
    # podman's own connection options: here the form chooses the host
    line.left_out.extend(w for w in between if w not in ("--remote", "-r", "--url", "-c", "-H"))
    return names[head] == "docker", words[verb + 1 :]


def _image(text: str, *, docker: bool) -> str:
    """docker has one registry, so its short names are not ambiguous."""
    if not docker:
        return text
    try:
        reference = parse(text)
    except Refusal:
        return text
    if not reference.short:
        return text
    return f"docker.io/{text}" if "/" in reference.path else f"docker.io/library/{text}"


def _flags(word: str, rest: list[str]) -> list[tuple[str, str | None]]:
    """(flag, value) for each flag in the word, several for `-dit`. Takes values from `rest`."""
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        if equals:
            return [(flag, value)]
        # an unknown flag may have no value, so the next flag is not its value
        if _is_switch(flag) or (_strange(flag) and rest and rest[0].startswith("-")):
            return [(flag, None)]
        return [(flag, rest.pop(0) if rest else "")]
    found: list[tuple[str, str | None]] = []
    letters = word[1:]
    while letters:
        flag, letters = f"-{letters[0]}", letters[1:]
        if flag[1] in SHORT_WITH_VALUE:
            value = letters.removeprefix("=") if letters else (rest.pop(0) if rest else "")
            return [*found, (flag, value)]
        if letters.startswith("="):
            return [*found, (flag, letters[1:])]
        found.append((flag, None))
    return found


def _strange(flag: str) -> bool:
    return flag not in BY_FLAG and flag not in REASONS and flag not in _ENV


def _is_switch(flag: str) -> bool:
    known = BY_FLAG.get(flag)
    ticked = known is not None and known.kind is Kind.TICK
    return ticked or flag in IGNORED or flag in SWITCHES or flag == "--read-only-tmpfs"


def _take(line: Line, flag: str, value: str | None) -> None:
    if flag in IGNORED:
        return
    if flag in _ENV:
        _environment(line, value or "")
    elif flag == "--read-only-tmpfs":
        line.fields["read_only_all"] = "" if switch_text(value) else "on"
    elif flag == "--group-add" and value == "keep-groups":
        line.reasons.append(f"--group-add: {KEEP_GROUPS}")
    elif flag == "--ulimit" and value == "host":
        line.reasons.append(f"--ulimit host: {OWN_LIMITS}")
    elif flag in BY_FLAG:
        _field(line, BY_FLAG[flag], value)
    elif flag in REASONS:
        sentence = f"{flag}: {REASONS[flag]}"
        if sentence not in line.reasons:
            line.reasons.append(sentence)
    # the value may be a secret, so it is not repeated
    elif flag not in line.left_out:
        line.left_out.append(flag)


def _field(line: Line, known: Field, value: str | None) -> None:
    text = value or ""
    if known.kind is Kind.TICK:
        line.fields[known.name] = switch_text(value)
    elif known.name == "restart":
        policy, _colon, tries = text.partition(":")
        line.fields["restart"] = policy
        if tries:
            line.fields["tries"] = tries
    elif known.name == "network" and line.fields.get("network"):
        line.many.setdefault("networks", []).append(text)
    elif known.many:
        line.many.setdefault(known.name, []).append(text)
    else:
        line.fields[known.name] = text


def _environment(line: Line, text: str) -> None:
    name, equals, _value = text.partition("=")
    if not equals:
        line.notes.append(_("The value of %s is in your own shell: write it here.") % name[:80])
    line.many["environment"].append(text if equals else f"{text}=")

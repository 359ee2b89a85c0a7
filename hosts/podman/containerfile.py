"""Reads Containerfiles as buildah's parser does (openshift/imagebuilder, dockerfile/parser).

A line ends with a newline alone. A continued line is joined to the next without a space; comments
and empty lines between the two are left out. Versions differ in what a heredoc is, so there are
three readings. `instructions`: in order. `possible_instructions`: each line as if an instruction
began there. `blocks`: the lines as they stand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LIMIT_BYTES: Final = 256 * 1024
# of a possible instruction: names and flags are at its beginning
HEAD: Final = 4096
QUOTES: Final = str.maketrans("", "", "\\\"'")
_BEGINS: Final = re.compile(r"\s*(?:onbuild[\t\v\f\r ]+)*(from|copy|add|run|arg)[\t\v\f\r ]+", re.I)
_FROM: Final = re.compile(
    r"FROM\s+(?P<flags>(?:--\S+\s+)*)(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?", re.I
)
_IN_FLAG: Final = re.compile(r"(?:^--|[=,])from=([^,]*)", re.I)
_CONTINUED: Final = {sign: re.compile(rf"{re.escape(sign)}[ \t]*$") for sign in "\\`"}
# a parser directive: another escape character joins lines in another way
_ESCAPE: Final = re.compile(r"\s*#\s*escape\s*=", re.I)
_ESCAPE_IS_TICK: Final = re.compile(r"(?i)\A(?:#[^\n]*\n){0,20}?#[ \t]*escape[ \t]*=[ \t]*`")
_HEREDOC: Final = re.compile(r"<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_]*)\2(?=\s|$)")
_TAKES_HEREDOC: Final = re.compile(r"(ONBUILD\s+)?(RUN|COPY|ADD)\b", re.I)
# Python and Go disagree which of these are blank
_ODD: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class AmbiguousLine(Exception):
    """Lines that could be joined in two ways; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line} could be read in two ways")
        self.line, self.text = line, text


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction: the line where it begins (from 1), and its text with continued lines joined.

    `doubts`: parts of it, or right before it, that could be read in two ways.
    """

    line: int
    text: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class From:
    """The parts of a FROM; `flags` as they are written, `stage` empty where it has no name."""

    flags: str
    image: str
    stage: str


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions in order, without the content of heredocs."""
    parts: list[str] = []
    heredocs: list[str] = []
    doubts: list[str] = []
    start = 0
    for number, line in enumerate(_lines(text), 1):
        if heredocs:
            if line.lstrip("\t") == heredocs[0]:
                heredocs.pop(0)
            continue
        if _left_out(line):
            if _ESCAPE.match(line):
                doubts.append(line.strip())
            continue
        start = start if parts else number
        parts.append(_joint(line))
        if parts[-1] != line:
            continue
        whole = "".join(parts).strip()
        heredocs = _heredocs(whole, doubts)
        yield Instruction(start, whole, tuple(doubts))
        parts, doubts = [], []
    if whole := "".join(parts).strip():
        yield Instruction(start, whole, tuple(doubts))


def possible_instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, word, rest) of every line that would be such an instruction if one began there.

    From the last line up; `rest` is cut to HEAD. AmbiguousLine.
    """
    lines = _lines(text)
    following = ""
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if _ODD.search(line) or _ESCAPE.match(line):
            raise AmbiguousLine(number, line)
        if _left_out(line):
            continue
        joined = _joint(line)
        following = (joined[:HEAD] + (following if joined != line else ""))[:HEAD]
        if match := _BEGINS.match(following):
            yield number, match[1].casefold(), following[match.end() :]


def blocks(text: str, sign: str = "\\") -> Iterator[list[str]]:
    """The lines in groups: an instruction with all its lines, else one comment or empty line.

    Together they are the whole text. `sign`: continues a line (`escape_of`).
    """
    block: list[str] = []
    for line in text.split("\n"):
        block.append(line)
        bare = line.removesuffix("\r")
        # a comment or empty line does not end the instruction around it
        goes_on = len(block) > 1 if _left_out(line) else _joint(bare, sign) != bare
        if not goes_on:
            yield block
            block = []
    if block:
        yield block


def join(block: list[str], sign: str = "\\") -> str:
    """The text of a block as one line."""
    lines = (line.removesuffix("\r") for line in block if not _left_out(line))
    return "".join(_joint(line, sign) for line in lines).removeprefix("\ufeff")


def escape_of(text: str) -> str:
    """The sign that continues a line: a directive at the beginning names it, else a backslash."""
    return "`" if _ESCAPE_IS_TICK.match(text) else "\\"


def from_of(text: str) -> From | None:
    """The parts of a FROM; None for any other instruction."""
    match = _FROM.match(text)
    return From(match["flags"], match["image"], match["stage"] or "") if match else None


def images_in(flag: str) -> list[str]:
    """The images that an unquoted flag names: `--from=…`, and `from=…` within a mount."""
    return _IN_FLAG.findall(flag)


def _lines(text: str) -> list[str]:
    return [one.removesuffix("\r") for one in text.removeprefix("\ufeff").split("\n")]


def _left_out(line: str) -> bool:
    bare = line.strip()
    return not bare or bare.startswith("#")


def _joint(line: str, sign: str = "\\") -> str:
    """The line without the sign that continues it; unchanged where it is not continued."""
    return _CONTINUED[sign].sub("", line)


def _heredocs(whole: str, doubts: list[str]) -> list[str]:
    """The words that end its heredocs; none, and a doubt, where they are not plain."""
    if "<<" not in whole or not _TAKES_HEREDOC.match(whole):
        return []
    found = [match[3] for match in _HEREDOC.finditer(whole)]
    if len(found) != whole.count("<<"):
        doubts.append("<<")
        return []
    return found

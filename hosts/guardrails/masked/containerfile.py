"""A Containerfile with ENV and ARG by name only, and without instructions that may hold a secret."""

import re

from hosts.guardrails.masked.limits import CUT, MOST
from hosts.guardrails.masked.patterns import HIDDEN, KNOWN, looks_secret
from hosts.podman.containerfile import blocks, escape_of, join

_HEAD = re.compile(
    r"(?i)\ufeff?\s*((?:ONBUILD\s+)?(?P<word>ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL"
    r"|RUN|SHELL|USER|VOLUME|WORKDIR)\s|#)"
)
_PAIR = re.compile(
    r"([\w.-]+=)(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\"'\\])*(?:\s+|$)", re.DOTALL
)


def containerfile(text: str) -> str:
    """The masked text. ARGs before FROM stay, since they say which base is used."""
    shown: list[str] = []
    based = False
    sign = escape_of(text)
    # a key may cover several lines of a heredoc
    for block in blocks(KNOWN.sub(HIDDEN, text[:MOST]), sign):
        whole, written = join(block, sign), "\n".join(block)
        head = _HEAD.match(whole or written)
        word = (head["word"] or "").upper() if head else ""
        based = based or word == "FROM"
        if head and (word == "ENV" or (word == "ARG" and based)):
            names = _names_alone(whole[head.end() :].strip().replace(sign, "\\"))
            shown.append(f"{head[1].strip()} {names}")
        elif HIDDEN in written or any(map(looks_secret, {whole, written})):
            shown.append(f"{head[1].strip()} {HIDDEN}" if head else HIDDEN)
        else:
            shown.append(written)
    found = "\n".join(shown)
    return f"{found}\n{CUT}" if len(text) > MOST else found


def _names_alone(rest: str) -> str:
    """The names of `NAME=value NAME="a value"`, of `NAME a value`, or of `NAME`."""
    found, place = [], 0
    while pair := _PAIR.match(rest, place):
        found.append(f"{pair[1]}{HIDDEN}")
        place = pair.end()
    if place < len(rest):
        name, _space, value = rest[place:].partition(" ")
        # after pairs it is the rest of a value
        found += [name] if not found and "=" not in name else [HIDDEN]
        found += [HIDDEN] if value and len(found) == 1 else []
    return " ".join(found)

"""Secrets in commands by the name of an option, by the letter that a program takes one with, and by place:
--password WORD, mysql -pWORD, curl -u name:WORD, PGPASSWORD=WORD. The value alone is hidden.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hosts.guardrails.masked import shell as shells
from hosts.guardrails.masked.names import secret, worth
from hosts.guardrails.masked.programs import (
    PROGRAMS,
    READERS,
    SHELLS,
    WRAPPERS,
    Takes,
    program_of,
)
from hosts.guardrails.masked.shell import Command, Word
from hosts.guardrails.masked.words import Span, comment_spans, hide, is_mount
from hosts.guardrails.masked.words import spans as word_spans

# a program stands at most so many words behind what runs it: sudo -u postgres psql
_BEHIND = 5
_NAMED = re.compile(r"(?P<name>-{0,2}[\w./@:-]{1,200}?)=(?P<value>.+)", re.DOTALL)
_LONG = re.compile(r"-{1,2}[A-Za-z][\w.-]{1,200}")
_LETTER = re.compile(r"-(?P<letter>[A-Za-z])(?P<rest>.*)", re.DOTALL)
# several letters in one, the last of which takes the next word
_LETTERS = re.compile(r"-[A-Za-z]{0,4}([A-Za-z])")
_SCRIPT = re.compile(r"-[a-z]{0,3}c")
_ASSIGNED = re.compile(r"\w+=")
# a user and group, by number
_IDS = re.compile(r"\d+(?::\d+)?")
# openssl -passin pass:WORD
_PASS = re.compile(r"pass:(?P<value>.+)", re.DOTALL)
_SETTERS = ("set", "config", "SET")
# in a list no shell reads it; Podman reads this in a kube file
_PUT_IN = re.compile(r"\$\([A-Za-z_]\w*\)|\$\{\w+\}")


def arguments(given: Sequence[str], program: str = "") -> list[str]:
    """A command as a list, as it is shown. `program`: what runs it, where the list does not say it."""
    found = argument_spans(given, program)
    return [hide(text, spans) for text, spans in zip(given, found, strict=True)]


def argument_spans(given: Sequence[str], program: str = "") -> list[list[Span]]:
    """For each of them what is to be hidden in it."""
    words = [
        Word(text, list(range(len(text))), [match.span() for match in _PUT_IN.finditer(text)])
        for text in given
    ]
    found = _in_command(words, program, depth=0)
    for place, text in enumerate(given):
        found[place] += word_spans(text)
    return found


def line(text: str, program: str = "") -> str:
    """A shell's text, or a command as one line, as it is shown."""
    return hide(text, line_spans(text, program))


def line_spans(text: str, program: str = "") -> list[Span]:
    """What is to be hidden in a shell's text."""
    return [*word_spans(text), *_in_text(text, program, depth=0)]


def comment(text: str) -> str:
    """A comment, which may hold a command or an entry that is left out, as it is shown."""
    # a shell would not read it
    read = text.replace("#", " ")
    return hide(text, [*line_spans(read), *comment_spans(text)])


def _in_text(text: str, program: str, *, depth: int) -> list[Span]:
    if depth > shells.DEEPEST:
        return []
    read = shells.read(text)
    found: list[Span] = []
    for start, end in read.inner:
        inside = _in_text(text[start:end], "", depth=depth + 1)
        found += [(start + one, start + other) for one, other in inside]
    for command, after in pairwise([*read.commands, Command()]):
        spans = _in_command(command.words, program, depth=depth)
        if command.piped and _reads(after):
            _of_said(command.words, spans)
        for word, inner in zip(command.words, spans, strict=True):
            found += [(word.at[one], word.at[other - 1] + 1) for one, other in inner]
    return found


def _in_command(words: Sequence[Word], program: str, *, depth: int) -> list[list[Span]]:
    """For each word what is to be hidden in it; never what the shell puts in."""
    texts = [word.text for word in words]
    first = _first(texts)
    shell = any(_base(text) in SHELLS for text in texts[: first + _BEHIND])
    ran = program
    found: list[list[Span]] = []
    for place, word in enumerate(words):
        takes = PROGRAMS.get(ran, Takes())
        if shell and place > 1 and _SCRIPT.fullmatch(texts[place - 1]):
            found.append(_of_code(word, _in_text(word.text, "", depth=depth + 1)))
            continue
        found.append([*_safe(word, _candidates(takes, texts, place))])
        if place <= first + _BEHIND:
            ran = program_of(word.text) or ran
    takes = PROGRAMS.get(ran, Takes())
    if takes.last and set(takes.last) & set(texts[:-1]) and not texts[-1].startswith("-"):
        found[-1] += _safe(words[-1], [(0, len(texts[-1]))])
    return found


def _base(text: str) -> str:
    return text.rpartition("/")[2].lower()


def _first(texts: Sequence[str]) -> int:
    """The place of the program, behind assignments and what runs it."""
    for place, text in enumerate(texts):
        runs_another = _base(text) in WRAPPERS or text.startswith("-")
        if not runs_another and not _ASSIGNED.match(text):
            return place
    return len(texts)


def _safe(word: Word, spans: Iterable[Span]) -> Iterator[Span]:
    """Of what may be a secret what is one, without what the shell puts in."""
    codes = _codes(word)
    for start, end in spans:
        rest = _without(codes, start, end)
        if worth("".join(word.text[one:other] for one, other in rest)):
            yield from rest


def _of_code(word: Word, spans: Iterable[Span]) -> list[Span]:
    codes = _codes(word)
    return [one for start, end in spans for one in _without(codes, start, end)]


def _codes(word: Word) -> bytes:
    """A 1 for each character that the shell puts in."""
    found = bytearray(len(word.text)) if word.code else bytearray()
    for start, end in word.code:
        found[start:end] = b"\1" * (end - start)
    return bytes(found)


def _without(codes: bytes, start: int, end: int) -> list[Span]:
    found = []
    while codes and start < end:
        code = codes.find(1, start, end)
        if code < 0:
            break
        if start < code:
            found.append((start, code))
        start = codes.find(0, code, end)
        start = end if start < 0 else start
    return [*found, (start, end)] if start < end else found


def _candidates(takes: Takes, texts: Sequence[str], place: int) -> Iterator[Span]:
    text = texts[place]
    if spans := _named(text):
        yield from spans
    elif _follows(texts, place):
        match = _PASS.fullmatch(text)
        yield match.span("value") if match else (0, len(text))
    else:
        yield from _by_letter(takes, texts, place)


def _named(text: str) -> list[Span]:
    """Of --name=value and NAME=value, and of --env=NAME=value."""
    match = _NAMED.fullmatch(text)
    if match is None:
        return []
    if secret(match["name"]):
        start = match.start("value")
        found = _PASS.fullmatch(match["value"])
        return [(start + found.start("value") if found else start, len(text))]
    inner = _NAMED.fullmatch(match["value"])
    if inner is None or not secret(inner["name"]):
        return []
    return [(match.start("value") + inner.start("value"), len(text))]


def _follows(texts: Sequence[str], place: int) -> bool:
    """True where the word before says that this one is a secret."""
    if not place or texts[place].startswith("--"):
        return False
    before, text = texts[place - 1], texts[place]
    if _LONG.fullmatch(before):
        name = before.lstrip("-")
        if name in ("passin", "passout"):
            return _PASS.fullmatch(text) is not None
        # what begins like an option is one
        return secret(name) and not is_mount(text) and not text.startswith("-")
    # config set requirepass WORD, configure set aws_secret_access_key WORD
    return place > 1 and texts[place - 2] in _SETTERS and secret(before) and "=" not in before


def _by_letter(takes: Takes, texts: Sequence[str], place: int) -> Iterator[Span]:
    text = texts[place]
    # it stands at the beginning, or not at all
    if takes.within and takes.within not in texts[: min(place, 2 * _BEHIND)]:
        return
    option, equals, value = text.partition("=")
    if equals and option.startswith("--") and option in takes.behind:
        yield from _behind(takes.behind[option], value, len(option) + 1)
        return
    if match := _LETTER.fullmatch(text):
        if match["letter"] in takes.joined:
            yield match.span("rest")
        elif sign := takes.behind.get(f"-{match['letter']}", ""):
            yield from _behind(sign, match["rest"], match.start("rest"))
        return
    last = texts[place - 1] if place else ""
    letters = _LETTERS.fullmatch(last)
    if letters and letters[1] in takes.apart and len(last) == 2:
        yield 0, len(text)
    elif last in takes.behind:
        yield from _behind(takes.behind[last], text, 0)
    elif letters and (sign := takes.behind.get(f"-{letters[1]}", "")):
        yield from _behind(sign, text, 0)


def _behind(sign: str, text: str, start: int) -> Iterator[Span]:
    _name, found, value = text.partition(sign)
    if found and not _IDS.fullmatch(text):
        yield start + len(text) - len(value), start + len(text)


def _reads(command: Command) -> bool:
    texts = (word.text.partition("=")[0] for word in command.words)
    return any(text.rpartition("/")[2] in READERS for text in texts)


def _of_said(words: Sequence[Word], found: list[list[Span]]) -> None:
    """echo WORD | … --password-stdin, echo name:WORD | chpasswd."""
    if words[0].text not in ("echo", "printf"):
        return
    for word, spans in zip(words[1:], found[1:], strict=True):
        # how printf is to write it
        if not word.text.startswith("-") and "%" not in word.text:
            _name, sign, value = word.text.partition(":")
            spans += _safe(word, [(len(word.text) - len(value) if sign else 0, len(word.text))])

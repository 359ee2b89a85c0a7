"""The words of a shell's text, each with where it stands: as far as hiding needs it, no more.

What the shell puts in place of something else ($x, $(…), `…`) is code or a name, and never hidden.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# of what runs inside of what runs
DEEPEST = 4
_OPERATORS = ";&|()\n"
_VARIABLE = re.compile(r"\$(?:\w+|\{[^}\n]{0,200}\}|[@*#?!$-])")
_CONTINUED = re.compile(r"\\[ \t]*\r?\n")


@dataclass(slots=True)
class Word:
    """A word as a program gets it. `at`: for each of its characters the place in the text; `code`: from, up
    to, within the word: what the shell puts in. `quoted`: nothing in it was the shell's to read.
    """

    text: str = ""
    at: list[int] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def add(self, text: str, start: int) -> None:
        """Characters that stand in the text one after the other from `start`."""
        self.pieces.append(text)
        self.at.extend(range(start, start + len(text)))


@dataclass(slots=True)
class Command:
    """Words up to an operator; `piped`: what it says goes to the next one."""

    words: list[Word] = field(default_factory=list)
    piped: bool = False


@dataclass(slots=True)
class Read:
    """`inner`: from, up to, of text that runs inside of words."""

    commands: list[Command] = field(default_factory=list)
    inner: list[tuple[int, int]] = field(default_factory=list)


def read(text: str) -> Read:
    """Never fails: what is not closed goes on to the end."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.found = Read()
        self.command = Command()
        self.word: Word | None = None
        # an open one that is never closed is looked for once
        self._closes = True

    def read(self) -> Read:
        text, end = self.text, len(self.text)
        while self.place < end:
            sign = text[self.place]
            if sign in " \t\r":
                self._end_word()
                self.place += 1
            elif sign in _OPERATORS:
                self._operator(sign)
            elif sign == "#" and self.word is None:
                self.place = _end_of_line(text, self.place)
            elif sign == "\\":
                self._escaped()
            elif sign == "'":
                self._quoted_plainly()
            elif sign == '"':
                self._quoted()
            elif not self._put_in():
                self._take(1)
        self._end_command()
        return self.found

    def _now(self) -> Word:
        if self.word is None:
            self.word = Word()
        return self.word

    def _take(self, length: int) -> None:
        self._now().add(self.text[self.place : self.place + length], self.place)
        self.place += length

    def _end_word(self) -> None:
        if self.word is not None:
            self.word.text = "".join(self.word.pieces)
            self.command.words.append(self.word)
        self.word = None

    def _end_command(self, *, piped: bool = False) -> None:
        self._end_word()
        if self.command.words:
            self.command.piped = piped
            self.found.commands.append(self.command)
        self.command = Command()

    def _operator(self, sign: str) -> None:
        following = self.text[self.place + 1 : self.place + 2]
        self._end_command(piped=sign == "|" and following != "|")
        self.place += 2 if following == sign and sign in "&|;" else 1

    def _escaped(self) -> None:
        if match := _CONTINUED.match(self.text, self.place):
            # a word goes on behind it; a space before it has ended one
            self.place = match.end()
            return
        self.place += 1
        if self.place < len(self.text):
            self._take(1)

    def _quoted_plainly(self) -> None:
        close = self.text.find("'", self.place + 1)
        close = len(self.text) if close < 0 else close
        self._now().add(self.text[self.place + 1 : close], self.place + 1)
        self.place = close + 1

    def _quoted(self) -> None:
        self._now()
        self.place += 1
        while self.place < len(self.text) and self.text[self.place] != '"':
            if self.text[self.place] == "\\":
                if match := _CONTINUED.match(self.text, self.place):
                    self.place = match.end()
                    continue
                self.place += self.text[self.place + 1 : self.place + 2] in ('"', "\\", "$", "`")
                if self.place < len(self.text):
                    self._take(1)
            elif not self._put_in():
                self._take(1)
        self.place += 1

    def _put_in(self) -> bool:
        """Take what the shell puts in, if it stands here."""
        sign = self.text[self.place]
        if sign == "`":
            return self._inner(self.text.find("`", self.place + 1), head=1)
        if sign != "$":
            return False
        if self.text.startswith("$(", self.place):
            return self._inner(self._closing(self.place + 2), head=2)
        match = _VARIABLE.match(self.text, self.place)
        if match is None:
            return False
        self._code(match.end())
        return True

    def _inner(self, close: int, *, head: int) -> bool:
        if close < 0:
            return False
        self.found.inner.append((self.place + head, close))
        self._code(close + 1)
        return True

    def _code(self, end: int) -> None:
        word = self._now()
        start = len(word.at)
        self._take(end - self.place)
        word.code.append((start, len(word.at)))

    def _closing(self, place: int) -> int:
        depth = 1
        while self._closes and place < len(self.text):
            depth += {"(": 1, ")": -1}.get(self.text[place], 0)
            if not depth:
                return place
            place += 1
        self._closes = False
        return -1


def _end_of_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def strings_of_json(text: str) -> Iterator[re.Match[str]]:
    """The strings in a JSON list, by where they stand."""
    return _JSON_STRING.finditer(text)


_JSON_STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')

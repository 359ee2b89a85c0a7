"""The images that a Containerfile uses in FROM, COPY --from and RUN --mount, and the rights that RUN asks
for.

It is read twice. Once in order, to tell stages from images. Once with every line as a possible start of an
instruction, and with quotes and backslashes removed from flags, as buildah does: that finds hidden flags.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hosts.podman.containerfile import (
    QUOTES,
    AmbiguousLine,
    from_of,
    images_in,
    instructions,
    possible_instructions,
)

_COPIED = re.compile(r"--from=(\S+)", re.I)
_MOUNT = re.compile(r"--mount=", re.I)
_MOUNTED = re.compile(r"\bfrom=([^,\s]+)", re.I)
# a stage's number as Go prints it
_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_OWN_NETWORK = ("", "default", "none", "private")


@dataclass
class ContainerfileSources:
    """`images`: names. `unclear`: names with an argument, or text that can be read in two ways."""

    images: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    host_network: bool = False
    insecure: bool = False
    # the lines on which stages begin, all and by name
    _begun: list[int] = field(default_factory=list)
    _named: dict[str, list[int]] = field(default_factory=dict)
    # after an unclear heredoc a line that looks like a stage may be its text
    _sure: bool = True

    def read(self, text: str, line: int) -> None:
        """Add one joined instruction that begins at `line`."""
        if found := from_of(text):
            self.image(found.image, line, base=True)
            if self._sure:
                self._begun.append(line)
                self._named.setdefault(found.stage, []).append(line)
            return
        for name in _others(text):
            self.image(name, line)
        if re.match(r"(ONBUILD\s+)?RUN\b", text, re.I):
            self.host_network |= bool(re.search(r"--network[= ]host\b", text, re.I))
            self.insecure |= bool(re.search(r"--security[= ]insecure\b", text, re.I))

    def read_begun(self, word: str, rest: str, line: int) -> None:
        """Add what would be an instruction if it began at `line`. Makes no stages."""
        if word == "from":
            found = from_of(f"FROM {rest}")
            if found and found.flags.translate(QUOTES) != found.flags:
                self.unclear.append(rest[:200])
            elif found:
                self.image(found.image, line, base=True)
        elif word in ("run", "copy", "add"):
            for flag in _flags(rest.translate(QUOTES)):
                self._flag(word, flag, line)

    def _flag(self, word: str, flag: str, line: int) -> None:
        name, _sign, value = flag.partition("=")
        for image in images_in(flag):
            self.image(image, line)
        if "$" in name or ("$" in value and name.casefold() == "--mount"):
            self.unclear.append(flag)
        if word == "run":
            unclear = "$" in name
            self.host_network |= unclear or (
                name.casefold() == "--network" and value.casefold() not in _OWN_NETWORK
            )
            self.insecure |= unclear or (
                name.casefold() == "--security" and value.casefold() not in ("", "sandbox")
            )

    def image(self, name: str, line: int, *, base: bool = False) -> None:
        """Add an image, unless the name is certainly a stage. `base`: it is in FROM."""
        name = name.strip("\"'")
        if "$" in name:
            self.unclear.append(name)
        elif name and name.casefold() != "scratch" and not self._is_stage(name, line, base=base):
            self.images.append(name)

    def _is_stage(self, name: str, line: int, *, base: bool) -> bool:
        """True where buildah takes the name for a stage, which must have ended before. The current stage's
        own name or number, or the name in other case, is an image to buildah.
        """
        begun = [start for start in self._begun if start < line]
        ended = begun if base else begun[:-1]
        if named := [start for start in self._named.get(name, ()) if start < line]:
            return named[-1] in ended
        return not base and bool(_NUMBER.fullmatch(name)) and int(name) < len(ended)

    def doubt(self, what: str) -> None:
        """From this line on, no name is taken for a stage."""
        self._sure = False
        self.unclear.append(what)


def read(text: str) -> ContainerfileSources:
    """Everything that the Containerfile uses."""
    taken = ContainerfileSources()
    for one in instructions(text):
        for doubt in one.doubts:
            taken.doubt(doubt)
        taken.read(one.text, one.line)
    try:
        for line, word, rest in possible_instructions(text):
            taken.read_begun(word, rest, line)
    except AmbiguousLine as unclear:
        taken.unclear.append(unclear.text[:200])
    return taken


def _others(text: str) -> Iterator[str]:
    """Images of --from and --mount. Each word is scanned once, so no text takes long."""
    for word in text.split():
        if mount := _MOUNT.search(word):
            yield from _MOUNTED.findall(word, mount.end())
            word = word[: mount.start()]
        yield from _COPIED.findall(word)


def _flags(rest: str) -> Iterator[str]:
    """The flags at the beginning, as --name=value. Some versions take --name value too."""
    words = deque(rest.split())
    while words and words[0].startswith("--"):
        flag = words.popleft()
        if "=" not in flag and words and not words[0].startswith("--"):
            flag += f"={words.popleft()}"
        yield flag

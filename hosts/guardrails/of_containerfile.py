"""What a Containerfile takes from elsewhere: the images in FROM, COPY --from and RUN --mount, and the
rights that a RUN asks for. Where its lines could be read in two ways nothing is taken for harmless.

It is read twice: in order, which tells stages from images; and each line as if an instruction began
there, with quotes and backslashes taken out of flags as buildah does, which finds what was hidden.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hosts.podman.base_judge import Base, instructions

_FROM = re.compile(
    r"FROM\s+(?P<flags>(?:--\S+\s+)*)(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?", re.I
)
_COPIED = re.compile(r"--from=(\S+)", re.I)
_MOUNT = re.compile(r"--mount=", re.I)
_MOUNTED = re.compile(r"\bfrom=([^,\s]+)", re.I)
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_]*)\2(?=\s|$)")
# parser directives: with another escape character lines are joined in another way
_ESCAPE = re.compile(r"#\s*escape\s*=", re.I)
_CONTINUED = re.compile(r"\\[ \t]*$")
_QUOTES = str.maketrans("", "", "\\\"'")
_IN_FLAG = re.compile(r"(?:^--|[=,])from=([^,]*)", re.I)
# as Go writes a stage's number
_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_OWN_NETWORK = ("", "default", "none", "private")


@dataclass
class Taken:
    """`images`: names; `unclear`: what hangs on an argument, or may be read in two ways."""

    images: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    host_network: bool = False
    insecure: bool = False
    # the lines on which stages begin, and on which those of a name do
    _begun: list[int] = field(default_factory=list)
    _named: dict[str, list[int]] = field(default_factory=dict)
    # after a heredoc that is not plainly one, a line that looks like a stage may be text in it
    _sure: bool = True

    def read(self, text: str, line: int) -> None:
        """One instruction, joined, that begins at `line`."""
        if match := _FROM.match(text):
            self.image(match["image"], line, base=True)
            if self._sure:
                self._begun.append(line)
                self._named.setdefault(match["stage"] or "", []).append(line)
            return
        for name in _others(text):
            self.image(name, line)
        if re.match(r"(ONBUILD\s+)?RUN\b", text, re.I):
            self.host_network |= bool(re.search(r"--network[= ]host\b", text, re.I))
            self.insecure |= bool(re.search(r"--security[= ]insecure\b", text, re.I))

    def read_begun(self, word: str, rest: str, line: int) -> None:
        """What would be an instruction if it began at `line`. Makes no stages."""
        if word == "from":
            match = _FROM.match(f"FROM {rest}")
            if match and match["flags"].translate(_QUOTES) != match["flags"]:
                self.unclear.append(rest[:200])
            elif match:
                self.image(match["image"], line, base=True)
        elif word in ("run", "copy", "add"):
            for flag in _flags(rest.translate(_QUOTES)):
                self._flag(word, flag, line)

    def _flag(self, word: str, flag: str, line: int) -> None:
        name, _sign, value = flag.partition("=")
        for image in _IN_FLAG.findall(flag):
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
        """An image, unless the name is surely that of a stage; `base`: in FROM."""
        name = name.strip("\"'")
        if "$" in name:
            self.unclear.append(name)
        elif name and name.casefold() != "scratch" and not self._is_stage(name, line, base=base):
            self.images.append(name)

    def _is_stage(self, name: str, line: int, *, base: bool) -> bool:
        """Whether buildah takes it for a stage: only for one that has ended. The name or number of the
        stage itself, or a name in other letters, is an image to it, of that name or of an id that begins so.
        """
        begun = [start for start in self._begun if start < line]
        ended = begun if base else begun[:-1]
        if named := [start for start in self._named.get(name, ()) if start < line]:
            return named[-1] in ended
        return not base and bool(_NUMBER.fullmatch(name)) and int(name) < len(ended)

    def doubt(self, what: str) -> None:
        """From here on no stage is believed."""
        self._sure = False
        self.unclear.append(what)


def read(text: str) -> Taken:
    """As buildah reads it: lines end with a newline alone, whatever else Python takes for an end."""
    taken = Taken()
    parts: list[str] = []
    waiting: list[str] = []
    start = 0
    for number, full in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = full.removesuffix("\r")
        bare = line.strip()
        if waiting:
            if line.lstrip("\t") == waiting[0]:
                waiting.pop(0)
            continue
        if (number == 1 or not (taken.images or parts)) and _ESCAPE.match(bare):
            taken.doubt(bare)
        if not bare or bare.startswith("#"):
            continue
        start = start if parts else number
        # joined without a space
        parts.append(_CONTINUED.sub("", line))
        if parts[-1] != line:
            continue
        whole = "".join(parts).strip()
        parts = []
        taken.read(whole, start)
        waiting = _heredocs(taken, whole)
    if parts:
        taken.read("".join(parts).strip(), start)
    _read_again(taken, text)
    return taken


def _read_again(taken: Taken, text: str) -> None:
    try:
        for line, word, rest in instructions(text):
            taken.read_begun(word, rest, line)
    except Base as unclear:
        taken.unclear.append(unclear.text)


def _others(text: str) -> Iterator[str]:
    """Images of --from and --mount, word by word: each is looked through once, however it is made."""
    for word in text.split():
        if mount := _MOUNT.search(word):
            yield from _MOUNTED.findall(word, mount.end())
            word = word[: mount.start()]
        yield from _COPIED.findall(word)


def _flags(rest: str) -> Iterator[str]:
    """The flags before all else, as --name=value; some versions take --name value too."""
    words = deque(rest.split())
    while words and words[0].startswith("--"):
        flag = words.popleft()
        if "=" not in flag and words and not words[0].startswith("--"):
            flag += f"={words.popleft()}"
        yield flag


def _heredocs(taken: Taken, whole: str) -> list[str]:
    if not re.match(r"(ONBUILD\s+)?(RUN|COPY|ADD)\b", whole, re.I) or "<<" not in whole:
        return []
    found = [match[3] for match in _HEREDOC.finditer(whole)]
    if len(found) != whole.count("<<"):
        taken.doubt("<<")
        return []
    return found

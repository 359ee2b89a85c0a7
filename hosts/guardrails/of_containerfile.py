"""What a Containerfile takes from elsewhere: the images in FROM, COPY --from and RUN --mount, and the
rights that a RUN asks for. Where its lines could be read in two ways nothing is taken for harmless.
"""

import re
from dataclasses import dataclass, field

_FROM = re.compile(
    r"FROM\s+(?P<flags>(?:--\S+\s+)*)(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?", re.I
)
_OTHER = re.compile(r"--from=(\S+)|--mount=\S*?\bfrom=([^,\s]+)", re.I)
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_]*)\2(?=\s|$)")
# parser directives: with another escape character lines are joined in another way
_ESCAPE = re.compile(r"#\s*escape\s*=", re.I)


@dataclass
class Taken:
    """`images`: names; `unclear`: what hangs on an argument, or may be read in two ways."""

    images: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    host_network: bool = False
    insecure: bool = False
    _stages: set[str] = field(default_factory=set)
    # after a heredoc that is not plainly one, a line that looks like a stage may be text in it
    _sure: bool = True

    def read(self, text: str) -> None:
        """One instruction on one line."""
        if match := _FROM.match(text):
            self._image(match["image"].strip("\"'"))
            if (stage := match["stage"]) and self._sure:
                self._stages.add(stage.casefold())
            return
        for one, other in _OTHER.findall(text):
            name = (one or other).strip("\"'")
            if not name.isdecimal():
                self._image(name)
        if re.match(r"(ONBUILD\s+)?RUN\b", text, re.I):
            self.host_network |= bool(re.search(r"--network[= ]host\b", text, re.I))
            self.insecure |= bool(re.search(r"--security[= ]insecure\b", text, re.I))

    def _image(self, name: str) -> None:
        if "$" in name:
            self.unclear.append(name)
        elif name.casefold() != "scratch" and name.casefold() not in self._stages:
            self.images.append(name)

    def doubt(self, what: str) -> None:
        """From here on no stage is believed."""
        self._sure = False
        self.unclear.append(what)


def read(text: str) -> Taken:
    """As buildah reads it: lines end with a newline alone, whatever else Python takes for an end."""
    taken = Taken()
    parts: list[str] = []
    waiting: list[str] = []
    for number, line in enumerate(text.split("\n")):
        bare = line.strip(" \t\r\v\f")
        if waiting:
            if line.rstrip("\r").lstrip("\t") == waiting[0]:
                waiting.pop(0)
            elif _FROM.match(bare):
                # text most likely, and judged all the same
                _text(taken, bare)
            continue
        if (number == 0 or not (taken.images or parts)) and _ESCAPE.match(bare):
            taken.doubt(bare)
        if not bare or bare.startswith("#"):
            continue
        parts.append(bare.removesuffix("\\").strip())
        if bare.endswith("\\"):
            continue
        whole = " ".join(parts)
        parts = []
        taken.read(whole)
        waiting = _heredocs(taken, whole)
    if parts:
        taken.read(" ".join(parts))
    return taken


def _text(taken: Taken, bare: str) -> None:
    match = _FROM.match(bare)
    if match is not None:
        taken.images.append(match["image"])


def _heredocs(taken: Taken, whole: str) -> list[str]:
    if not re.match(r"(ONBUILD\s+)?(RUN|COPY|ADD)\b", whole, re.I) or "<<" not in whole:
        return []
    found = [match[3] for match in _HEREDOC.finditer(whole)]
    if len(found) != whole.count("<<"):
        taken.doubt("<<")
        return []
    return found

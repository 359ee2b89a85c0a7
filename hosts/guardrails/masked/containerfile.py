"""A Containerfile as it was written: of ENV and ARG the names alone, and of commands what is no secret."""

import json
import re

from hosts.guardrails.masked.arguments import arguments, comment, line, line_spans
from hosts.guardrails.masked.limits import CUT, MOST
from hosts.guardrails.masked.names import HIDDEN
from hosts.guardrails.masked.words import hide, image
from hosts.podman.containerfile import blocks, escape_of, joined

_ENV = re.compile(r"(?i)^(?P<head>\ufeff?\s*(?:ONBUILD\s+)?(?P<word>ENV|ARG)\s+)(?P<rest>.*)$")
_PAIR = re.compile(
    r"(?P<name>(?<![\w.-])[\w.-]{1,200}=)(?:\"(?:\\.|[^\"\\])*\"?|'[^']*'?|(?:\\.|[^\s\\])+)"
)
_FROM = re.compile(r"(?i)^\s*(?:ONBUILD\s+)?(?:FROM|COPY|ADD)\s")
_BASE = re.compile(r"(?i)^\s*FROM\s")
# a command as a list, behind the instruction and its flags
_LIST = re.compile(
    r"(?is)\s*(?:ONBUILD\s+)?(?:RUN|CMD|ENTRYPOINT|SHELL|HEALTHCHECK\s(?:--\S+\s+)*?CMD)"
    r"\s+(?:--\S+\s+){0,20}?(?=\[)"
)
_STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def containerfile(text: str) -> str:
    """Except for the ARGs that stand before FROM and say what is built on."""
    shown: list[str] = []
    based = False
    sign = escape_of(text)
    for block in blocks(text[:MOST], sign):
        whole = joined(block, sign)
        based = based or bool(_BASE.match(whole))
        match = _ENV.match(whole)
        if match and (based or match["word"].upper() == "ENV"):
            shown += [_names_alone(line.rstrip("\r"), sign) for line in block]
        else:
            shown += _instruction(block, sign)
    # a key may go on over several lines of a heredoc
    found = image("\n".join(shown))
    return f"{found}\n{CUT}" if len(text) > MOST else found


def _instruction(lines: list[str], sign: str) -> list[str]:
    text = "\n".join(lines)
    if text.lstrip().startswith("#"):
        return [comment(text)]
    if _FROM.match(text):
        return [image(text)]
    if match := _LIST.match(text):
        return [text[: match.end()] + _list(text[match.end() :])]
    # a shell goes on behind its own sign
    read = text if sign == "\\" else re.sub(r"`([ \t]*\r?(?=\n))", r"\\\1", text)
    return [hide(text, line_spans(read))]


def _list(text: str) -> str:
    strings = list(_STRING.finditer(text))
    try:
        given = [str(json.loads(match[0])) for match in strings]
    except ValueError:
        return line(text)
    shown = iter(arguments(given))

    def instead(match: re.Match[str]) -> str:
        hidden = next(shown)
        same = HIDDEN not in hidden or hidden == json.loads(match[0])
        return match[0] if same else json.dumps(hidden, ensure_ascii=False)

    return _STRING.sub(instead, text)


def _names_alone(line: str, sign: str) -> str:
    end = f" {sign}" if line.rstrip().endswith(sign) else ""
    match = _ENV.match(line)
    head, rest = (match["head"], match["rest"]) if match else ("", line)
    rest = rest.rstrip().removesuffix(sign).rstrip()
    if "=" in rest:
        # what no pair explains is the tail of a value
        names = "".join(f"{pair['name']}{HIDDEN} " for pair in _PAIR.finditer(rest)).rstrip()
        return f"{head}{names or HIDDEN}{end}"
    name, _space, value = rest.strip().partition(" ")
    if not match:
        return f"  {HIDDEN}{end}" if rest.strip() else line
    return f"{head}{name} {HIDDEN}{end}" if value else f"{head}{name}{end}"

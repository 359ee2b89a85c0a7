"""A Containerfile as it was written: of ENV and ARG the names alone, and of commands what is no secret."""

import json
import re

from hosts.guardrails.masked.arguments import arguments, comment, line, line_spans
from hosts.guardrails.masked.limits import CUT, MOST
from hosts.guardrails.masked.names import HIDDEN
from hosts.guardrails.masked.words import hide, image

_ENV = re.compile(r"(?i)^(?P<head>\s*(?:ONBUILD\s+)?(?P<word>ENV|ARG)\s+)(?P<rest>.*)$")
_PAIR = re.compile(
    r"(?P<name>(?<![\w.-])[\w.-]{1,200}=)(?:\"(?:\\.|[^\"\\])*\"?|'[^']*'?|(?:\\.|[^\s\\])+)"
)
_FROM = re.compile(r"(?i)^\s*(?:ONBUILD\s+)?(?:FROM|COPY|ADD)\s")
_BASE = re.compile(r"(?i)^\s*FROM\s")
# a directive, before all instructions: what continues a line
_ESCAPE = re.compile(r"(?i)\A(?:#[^\n]*\n){0,20}?#[ \t]*escape[ \t]*=[ \t]*`")
# a command as a list, behind the instruction and its flags
_LIST = re.compile(
    r"(?is)\s*(?:ONBUILD\s+)?(?:RUN|CMD|ENTRYPOINT|SHELL|HEALTHCHECK\s(?:--\S+\s+)*?CMD)"
    r"\s+(?:--\S+\s+){0,20}?(?=\[)"
)
_STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def containerfile(text: str) -> str:
    """Except for the ARGs that stand before FROM and say what is built on."""
    shown: list[str] = []
    whole: list[str] = []
    word, based, continued = "", False, False
    sign = "`" if _ESCAPE.match(text) else "\\"
    for one in text[:MOST].split("\n"):
        if not continued:
            shown += _instruction(whole, sign)
            whole = []
            match = _ENV.match(one)
            word = match["word"].upper() if match else ""
            based = based or bool(_BASE.match(one))
        ends = one.rstrip("\r")
        if word == "ENV" or (word == "ARG" and based):
            shown.append(_names_alone(ends, sign))
        else:
            whole.append(one)
        remark = ends.lstrip().startswith("#")
        continued = ends.rstrip().endswith(sign) or (continued and (remark or not ends.strip()))
    # a key may go on over several lines of a heredoc
    found = image("\n".join([*shown, *_instruction(whole, sign)]))
    return f"{found}\n{CUT}" if len(text) > MOST else found


def _instruction(lines: list[str], sign: str) -> list[str]:
    if not lines:
        return []
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

"""Texts that can hold secrets, for whoever approves them: as they were written, secret values hidden.

Hidden is what is a value by its place (environment, secrets, config maps, headers), and what looks like
a secret wherever it stands. The rest is shown: an approval counts for what was seen.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

HIDDEN = "•••"
# characters that are kept; a file can have a million
MOST = 200_000
# the last line of a text that went on
CUT = "# …"
# everything is bounded, and no pattern begins twice in one run of letters: texts come from anybody
_WORD = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?|authorization"
)
# a file that holds one is no secret, nor is a variable's name
_NONE = r"(?![\w-]{0,40}(?:file|name|path)\b)"
# name=value, name: value
_NAMED = re.compile(
    rf"(?i)(?P<name>(?<![\w.-])[\w.-]{{0,60}}?(?:{_WORD}){_NONE}[\w-]{{0,60}})"
    r"(?P<sign>[\"']?[ \t]*[=:][ \t]*(?:(?:bearer|basic)[ \t]+)?)"
    r"(?P<value>\"[^\"\n]*\"?|'[^'\n]*'?|[^\s\"',;&]+)"
)
# --name value
_FLAG = re.compile(
    rf"(?i)(?P<name>(?<![\w-])--[\w-]{{0,60}}?(?:{_WORD}){_NONE}[\w-]{{0,60}})"
    r"(?P<sign>[ \t]+)(?P<value>[^\s-]\S*)"
)
_SCHEME = re.compile(
    r"(?i)\b(?P<name>bearer|basic)(?P<sign>[ \t]+)(?P<value>[A-Za-z0-9+/=._~-]{8,})"
)
_IN_URL = re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]{0,20})(?P<sign>://)(?P<value>[^\s/@]+)(?=@)")
# keys of well-known services, JSON web tokens, private keys
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|sk-[\w-]{20,}"
    r"|eyJ[\w-]{6,600}\.[\w-]{6,}\.[\w-]*)"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
# annotations that Podman and runtimes act on; others can hold anything
_ACTED_ON = ("io.podman.", "run.oci.", "io.kubernetes.", "io.containers.", "com.github.containers.")
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_VALUES = {"secret": ("data", "stringdata"), "configmap": ("data", "binarydata")}


def words(text: str) -> str:
    """A text without what looks like a secret."""
    text = _KNOWN.sub(HIDDEN, text)
    for pattern in (_IN_URL, _NAMED, _FLAG, _SCHEME):
        text = pattern.sub(rf"\g<name>\g<sign>{HIDDEN}", text)
    return text


def kube(documents: Iterable[Mapping[str, Any]]) -> str:
    """A kube file as YAML, of its documents as Podman gets them."""
    found = ""
    for one in documents:
        shown = _document(one)
        text = yaml.dump(shown, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100)
        found += f"---\n{text}" if found else text
        if len(found) > MOST:
            return f"{found[:MOST]}\n{CUT}"
    return found


def _document(document: Mapping[str, Any]) -> Any:
    # Podman takes Kind for kind, and Data for data
    kinds = [value for key, value in document.items() if str(key).casefold() == "kind"]
    hidden = {key for kind in kinds for key in _VALUES.get(str(kind).casefold(), ())}
    return {
        str(key): _all_hidden(value) if str(key).casefold() in hidden else _shown(value, str(key))
        for key, value in document.items()
    }


def _all_hidden(value: Any) -> Any:
    return {str(key): HIDDEN for key in value} if isinstance(value, Mapping) else HIDDEN


def _shown(value: Any, key: str) -> Any:
    small = key.casefold()
    if isinstance(value, Mapping):
        if small == "annotations":
            return {
                str(name): _shown(text, "") if str(name).startswith(_ACTED_ON) else HIDDEN
                for name, text in value.items()
            }
        return {str(name): _shown(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        if small in ("env", "httpheaders"):
            return [_without_value(one) for one in value]
        if small in ("command", "args"):
            return _arguments(value)
        return [_shown(one, "") for one in value]
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    if plain and _NAMED.fullmatch(f"{key}=x"):
        return HIDDEN
    return words(value) if isinstance(value, str) else value


def _without_value(one: Any) -> Any:
    if not isinstance(one, Mapping):
        return HIDDEN
    return {
        str(name): HIDDEN if str(name).casefold() == "value" else _shown(inner, str(name))
        for name, inner in one.items()
    }


def _arguments(found: list[Any]) -> list[Any]:
    """A flag and its value may be two of them."""
    shown = []
    for before, one in zip([None, *found], found, strict=False):
        flag = isinstance(before, str) and _FLAG.fullmatch(f"{before} x")
        value = isinstance(one, str) and not one.startswith("-")
        shown.append(HIDDEN if flag and value else words(one) if isinstance(one, str) else one)
    return shown


_ENV = re.compile(r"(?i)^(?P<head>\s*(?:ONBUILD\s+)?(?P<word>ENV|ARG)\s+)(?P<rest>.*)$")
_PAIR = re.compile(
    r"(?P<name>(?<![\w.-])[\w.-]{1,200}=)(?:\"(?:\\.|[^\"\\])*\"?|'[^']*'?|(?:\\.|[^\s\\])+)"
)
_FROM = re.compile(r"(?i)^\s*FROM\s")
# a directive, before all instructions: what continues a line
_ESCAPE = re.compile(r"(?i)\A(?:#[^\n]*\n){0,20}?#[ \t]*escape[ \t]*=[ \t]*`")


def containerfile(text: str) -> str:
    """A Containerfile: of ENV and ARG the names alone, except for the ARGs that stand before FROM and
    say what is built on.
    """
    shown: list[str] = []
    word, based, continued = "", False, False
    sign = "`" if _ESCAPE.match(text) else "\\"
    for line in words(text[:MOST]).split("\n"):
        if not continued:
            match = _ENV.match(line)
            word = match["word"].upper() if match else ""
            based = based or bool(_FROM.match(line))
        ends = line.rstrip("\r")
        hides = word == "ENV" or (word == "ARG" and based)
        shown.append(_names_alone(ends, sign) if hides else line)
        comment = ends.lstrip().startswith("#")
        continued = ends.rstrip().endswith(sign) or (continued and (comment or not ends.strip()))
    if len(text) > MOST:
        shown.append(CUT)
    return "\n".join(shown)


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


def option(text: str) -> str:
    """A mount's option: the value of one that is not known to be harmless is hidden."""
    name, equals, _value = text.partition("=")
    if not equals or name.strip().lower() in _CALM_OPTIONS:
        return words(text)
    return f"{name}={HIDDEN}"


_CALM_OPTIONS = frozenset(
    """
    size mode uid gid nr_inodes nr_blocks vers nfsvers proto port mountport addr ip sec timeo retrans
    rsize wsize subpath upperdir workdir lowerdir context type device o idmap
    """.split()  # noqa: SIM905
)

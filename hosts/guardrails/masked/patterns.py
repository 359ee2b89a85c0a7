"""Patterns of texts that may hold a secret: by the name beside a value, a one-letter option, a command that
takes a password, or a random-looking word.

Callers hide the whole text, so nothing here finds the secret's exact place. Rather too much is hidden than
too little. All patterns are bounded, since the texts come from anybody.
"""

import re
from collections.abc import Sequence

from hosts.guardrails.masked.names import is_secret_name

HIDDEN = "•••"
# separators of a JSON list, and quoting that a shell removes
_LIST = re.compile(r"\[[ \t]*\"|\"[ \t]*,[ \t]*\"|\"[ \t]*\]")
_QUOTES = re.compile(r"\\[ \t]*\r?\n|[\"'\\]")
# shell substitutions: a JSON list has no shell, but Podman replaces variables
_NO_SHELL = re.compile(r"\$\((?![A-Za-z_]\w*\))|`")
# no secret follows: nothing, a reference to a value, yes or no
_CALM = (
    r"(?!(?:\$[A-Z_][A-Z0-9_]*|\$\{\w{1,100}\}|\$\([^()`\n]{0,300}\)|`[^`\n]{0,300}`|\{\{[^}\n]{0,300}\}\}"
    r"|%\w{1,100}%|(?:file:|env:|fd:|(?:id|type|src|source|target)=)\S{0,300}"
    r"|/(?:run|etc|var|home|root|srv|opt|tmp|mnt|usr|secrets?|vault|data|app|conf(?:ig)?)/\S{0,300}"
    r"|(?i:true|false|yes|no|on|off|none|null|auto|always|never|optional|required|default|enabled"
    r"|disabled|empty|basic|ldap|oidc|tls|0|1))?(?:[\s;&|),}\]\"']|$))"
)
# NAME=value, name: value, --name value
_NAMED = re.compile(
    r"(?<![\w.-])(?P<name>[\w.-]{1,200})(?P<sign>[\"']?[ \t]{0,20}[=:][ \t]{0,20}|[ \t]{1,20}(?!-))"
    rf"[\"']?+(?:(?i:bearer|basic|token|digest|apikey)[ \t]{{1,20}})?+{_CALM}(?P<slash>/?)"
)
# config set requirepass WORD
_SET = re.compile(rf"\b(?i:set)[ \t]{{1,20}}(?P<name>[\w.-]{{1,200}})[ \t]{{1,20}}{_CALM}")
# -pWORD, -p WORD, also after other letters; not a longer option such as -path, not a port
_LETTER = re.compile(
    r"(?<!\S)(?P<option>-(?:P|p(?!(?:ath|rint\w*|rune|erm|ort|roxy|ass\w*)\b)|w(?!(?:ait|eb)\b)))"
    rf"(?=\S){_CALM}"
    r"|(?<!\S)(?P<options>-[A-Za-z]{0,4}[pPawk])[ \t]{1,20}(?![-&|;<>]|\w{1,20}://|\d{1,2}(?:\s|$)"
    rf"|(?:[\d.]{{1,20}}:)?[\d-]{{0,11}}:\d[\d-]{{0,10}}(?:/\w+)?(?:\s|$)){_CALM}"
)
# commands whose -p is never a password
_NO_LETTER = re.compile(
    r"\b(?:mkdir|cp|install|rsync|ls|ps|e?grep|tar|ssh|psql|unzip(?=.*p$)|xargs|wget|find|touch|sed|date|wc"
    r"|sort|set|read|curl(?=.*k$)|mysql(?=.*P$))(?:[ \t]+-[\w-]+)*[ \t]+-[A-Za-z]*$"
)
# -u name:WORD, -U name%WORD, -b name=WORD; not UID:GID
_BEHIND_NAME = re.compile(
    r"(?<!\S)(?:-b[ \t]{0,20}[^\s=]{0,200}="
    r"|(?:-(?:[uUa]|[A-Za-z]{1,4}[uU](?=[ \t]))|--(?:[\w-]{1,20}-)?(?:user|auth|cookie)(?=[ \t=]))"
    rf"[ \t=]{{0,20}}(?!\d+:\d+(?:\s|$))[^\s:%=,]{{0,200}}[:%=,]){_CALM}"
)
# commands that take a password as an argument or from a pipe
_TAKES = re.compile(
    r"\b(?:htpasswd|chpasswd|smbpasswd|sshpass|rabbitmqctl)\b"
    r"|\bvault[ \t]{1,20}login(?:[ \t]{1,20}-\S{1,100}){0,9}[ \t]{1,20}[^-\s]"
    r"|--(?:pass\w{0,20}-)?stdin\b|--passphrase-fd\b|\|[^|;&\n]{0,200}[ \t]-S\b"
    rf"|\bpass:{_CALM}"
)
_SQL = re.compile(r"(?i)\b(?:identified[ \t]+by|password)[ \t]{0,8}\(?[ \t]{0,8}\\?'[^'\n]")
_SCHEME = re.compile(r"(?i)\b(?:bearer|basic)[ \t]+[A-Za-z0-9][A-Za-z0-9+/=._~-]{7}")
_HEADER = re.compile(
    rf"(?<![\w-])(?i:x-[a-z-]{{0,40}}(?:token|key|auth|secret))[ \t]{{0,20}}:[ \t]{{0,20}}{_CALM}"
)
# with an empty password the name is the secret
_VARIABLE = r"(?:\$[A-Z_]\w{0,100}|\$\{\w{1,100}\})"
_IN_URL = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{0,20}://[^\s/@:\"']{0,200}:"
    rf"(?!@|x-oauth-basic@|{_VARIABLE}@)[^\s/@\"']{{1,300}}@"
    rf"|https?://(?!git@|root@|{_VARIABLE}:?@)[^\s/@:\"']{{1,200}}(?::(?:x-oauth-basic)?)?@)"
)
# tokens of well-known services, and password hashes of crypt and htpasswd
KNOWN = re.compile(
    r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|sk-[\w-]{20,}|hvs\.[\w-]{20,}|npm_\w{30,}|dckr_pat_[\w-]{20,}"
    r"|eyJ[\w-]{6,600}\.[\w-]{6,}\.[\w-]*)"
    r"|\${1,2}(?:apr1|1|2[abxy]|5|6|y|argon2id?)\${1,2}"
    r"(?:[./A-Za-z0-9=,]{1,40}\${1,2}){1,3}[./A-Za-z0-9+]{20,200}"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
# a word that mixes lower case, upper case and digits
_RANDOM = re.compile(
    r"(?<![\w+=-])(?=[A-Za-z+=_-]{0,40}\d)(?=[a-z\d+=_-]{0,40}[A-Z])(?=[A-Z\d+=_-]{0,40}[a-z])"
    r"[\w+=-]{24,}"
)
# in JSON any text can be escaped so
_ESCAPED = re.compile(r"\\u[0-9A-Fa-f]{4}")
_PATTERNS = (_ESCAPED, _BEHIND_NAME, _TAKES, _SQL, _SCHEME, _HEADER, _RANDOM)


def looks_secret(text: str) -> bool:
    """True where the text, which may be a command, may hold a secret."""
    if holds_credentials(text):
        return True
    ways = {text, _QUOTES.sub("", _LIST.sub(" ", text))}
    return any(
        any(pattern.search(one) for pattern in _PATTERNS)
        or _has_secret_name(one)
        or _has_secret_option(one)
        for one in ways
    )


def command_looks_secret(given: Sequence[str]) -> bool:
    """True where a command, given as words, may hold a secret."""
    read = [_NO_SHELL.sub("", one) for one in given]
    return looks_secret(" ".join(read)) or any(map(looks_secret, read))


def holds_credentials(text: str) -> bool:
    """True for a known kind of key, or a password in a URL. For image names only this counts, since a tag
    is no secret.
    """
    return KNOWN.search(text) is not None or _IN_URL.search(text) is not None


def mask(text: str) -> str:
    """The text, or HIDDEN."""
    return HIDDEN if looks_secret(text) else text


def image(text: str) -> str:
    """The image name, or HIDDEN. It may be a URL."""
    return HIDDEN if holds_credentials(text) else text


def _has_secret_name(text: str) -> bool:
    for found in _NAMED.finditer(text):
        name, sign, start = found["name"], found["sign"], found.start()
        if not is_secret_name(name) or (sign.isspace() and not name.startswith("-")):
            continue
        # quay.io/x/token:1, /run/secret:/x, db-secret:/data are names with a tag or path
        if sign != ":" or not (text[start - 1 : start] == "/" or found["slash"]):
            return True
    return any(is_secret_name(found["name"]) for found in _SET.finditer(text))


def _has_secret_option(text: str) -> bool:
    return any(
        _NO_LETTER.search(text[max(0, found.start() - 80) : found.end(found.lastgroup or 0)])
        is None
        for found in _LETTER.finditer(text)
    )

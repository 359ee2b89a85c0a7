"""Secrets in any text by what stands beside them (password=…, Bearer …) and by how they look (keys of
well-known services). Everything is bounded, and no pattern begins twice in one run of letters: texts come
from anybody.
"""

import re
from collections.abc import Iterable, Iterator

from hosts.guardrails.masked.names import HIDDEN, runs, secret, worth

# from, up to: of characters
Span = tuple[int, int]
_VALUE = r"(?P<value>\"(?:\\.|[^\"\\\n])*\"?|'[^'\n]*'?|[^\s\"',;&|)}\]]+)"
# name=value, name: value, "name": "value"; an image's tag or a mount's path follows a colon at once
_NAMED = re.compile(
    rf"(?P<name>(?<![\w.-])[\w.-]{{1,200}})(?P<sign>[\"']?[ \t]*[=:][ \t]*)"
    rf"(?:(?i:bearer|basic|token)[ \t]+)?{_VALUE}"
)
# --name value, -name value; --name=value is one of the above
_FLAG = re.compile(rf"(?P<name>(?<![\w-])-{{1,2}}[A-Za-z][\w-]{{1,200}})[ \t]+(?!-){_VALUE}")
_SCHEME = re.compile(r"(?i)\b(?:bearer|basic)[ \t]+(?P<value>[A-Za-z0-9][A-Za-z0-9+/=._~-]{7,})")
_HEADER = re.compile(
    r"(?i)(?<![\w-])(?:(?:(?:proxy-)?authorization|x-[a-z-]{0,40}(?:token|key|auth|secret)|private-token"
    r"|apikey)[ \t]*:[ \t]*(?:(?:bearer|basic|token|digest|apikey)[ \t]+)?(?P<value>[^\s\"'\\]+)"
    r"|(?:set-)?cookie[ \t]*:[ \t]*(?P<cookie>[^\"'\n]+))"
)
_IN_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]{0,20})://(?P<user>[^\s/@:\"']*)(?P<sign>:?)(?P<value>[^\s/@\"']*)@"
)
# in SQL
_SQL = re.compile(
    r"(?i)\b(?:identified[ \t]+by|password)[ \t]{0,8}\(?[ \t]{0,8}'(?P<value>[^'\n]+)'"
)
# in a comment the rest of its line, also of an entry of an environment: - name: X … value: Y
_IN_COMMENT = re.compile(
    r"(?P<name>(?<![\w.-])[\w.-]{1,200})[\"']?[ \t]*:[ \t]+(?P<value>[^\n,}]+)"
)
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|sk-[\w-]{20,}|hvs\.[\w-]{20,}|npm_\w{30,}|dckr_pat_[\w-]{20,}"
    r"|eyJ[\w-]{6,600}\.[\w-]{6,}\.[\w-]*)"
    # a password's hash, as crypt and htpasswd write it
    r"|\${1,2}(?:apr1|1|2[abxy]|5|6|y|argon2id?)\${1,2}"
    r"(?:[./A-Za-z0-9=,]{1,40}\${1,2}){1,3}[./A-Za-z0-9+]{20,200}"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
# whose password is "x-oauth-basic", or none: then the name is the secret
_NO_PASSWORD = ("", "x-oauth-basic")
_NO_SECRET_USERS = ("", "git", "root")


def hide(text: str, spans: Iterable[Span]) -> str:
    """`text` with each of `spans`, which may overlap, hidden."""
    found: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done or start == end:
            continue
        if start >= done:
            found += [text[done:start], HIDDEN]
        done = end
    return "".join((*found, text[done:]))


def words(text: str) -> str:
    """A text without what looks like a secret."""
    return hide(text, spans(text))


def image(text: str) -> str:
    """The name of an image, which may be an address: its tag is no secret, whatever it is called."""
    return hide(text, [*_known(text), *_in_urls(text)])


def comment_spans(text: str) -> list[Span]:
    """What more is to be hidden in a comment: the rest of a line, of an entry of an environment too."""
    return [
        match.span("value")
        for match in _IN_COMMENT.finditer(text)
        if secret(match["name"]) or match["name"].lower() == "value"
    ]


def spans(text: str) -> list[Span]:
    """What looks like a secret."""
    found = [*_known(text), *_in_urls(text)]
    found += [
        _inner(match)
        for match in _NAMED.finditer(text)
        if secret(match["name"]) and _is_one(match["value"]) and not _of_a_place(text, match)
    ]
    found += [
        _inner(match)
        for match in _FLAG.finditer(text)
        if secret(match["name"]) and _is_one(match["value"]) and not is_mount(match["value"])
    ]
    for pattern in (_SCHEME, _HEADER, _SQL):
        for match in pattern.finditer(text):
            name = match.lastgroup or "value"
            if _is_one(match[name]):
                found.append(match.span(name))
    return found


def _is_one(value: str) -> bool:
    return worth(value) and not runs(value)


def _of_a_place(text: str, match: re.Match[str]) -> bool:
    """quay.io/x/token:1, /run/secret:/x, db-secret:/data: a name of something, with its tag or path."""
    if match["sign"] != ":":
        return False
    return text[: match.start()].endswith("/") or match["value"].startswith("/")


def is_mount(value: str) -> bool:
    """Of --secret, and of --mount=type=secret: which one, not what is in it."""
    return value.startswith(("id=", "type=", "src=", "source=", "target="))


def _known(text: str) -> Iterator[Span]:
    return (match.span() for match in _KNOWN.finditer(text))


def _in_urls(text: str) -> Iterator[Span]:
    for match in _IN_URL.finditer(text):
        if match["value"] and match["value"] not in _NO_PASSWORD and _is_one(match["value"]):
            yield match.span("value")
        elif match["value"] in _NO_PASSWORD and _is_token(match["scheme"], match["user"]):
            yield match.span("user")


def _is_token(scheme: str, user: str) -> bool:
    """Alone, of what is read over HTTP; ssh://me@host names somebody."""
    return scheme.startswith("http") and user not in _NO_SECRET_USERS and _is_one(user)


def _inner(match: re.Match[str]) -> Span:
    """Within the quotation marks."""
    start, end = match.span("value")
    value = match["value"]
    if value[0] in "\"'":
        start += 1
        end -= len(value) > 1 and value[-1] == value[0]
    elif value.startswith("pass:"):
        # as openssl takes it
        start += len("pass:")
    return start, end

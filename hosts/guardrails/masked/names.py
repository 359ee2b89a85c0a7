"""Which names say that what stands beside them is a secret: db_password does, --password-file does not."""

import re

HIDDEN = "•••"
# of words, and of words written together: apiKey, DB_PASSWORD, --client-secret
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# wherever they stand in a part: requirepassword, mysecret
_IN_PART = ("password", "passwd", "passphrase", "secret", "apikey", "credential")
_PART = frozenset(
    """
    pw pwd psk token passcode jwt bearer authorization requirepass masterauth userpass dbpass rootpass
    rootpw masterpass
    """.split()  # noqa: SIM905
)
# where they come last: --pass, but not --pass-through
_LAST = frozenset(("pass", "cred", "creds", "pat"))
# … before key, alone or written together
_OF_KEYS = frozenset(
    """
    api access private secret encryption signing master session auth license account storage shared
    deploy webhook hmac jwt admin client service ssh root app
    """.split()  # noqa: SIM905
)
# what comes last says that it is none: where it is, how long, whether
_NO_SECRET = frozenset(
    """
    file files name names path paths dir directory ttl type length len expiry expires expiration
    timeout age policy url uri endpoint size count limit limits format algorithm alg ref refs host
    port prompt stdin required enabled disabled rotation interval min max field header store provider
    backend class version env var cmd command helper manager driver mount reviewer mode service server
    issuer audience fd id lifetime duration seconds review reviews config map location secrets
    """.split()  # noqa: SIM905
)
_NO_FIRST = frozenset(
    """
    no without skip disable allow ask prompt show reset require requires max min enable
    """.split()  # noqa: SIM905
)
_CALM = frozenset(
    """
    true false yes no on off none null auto always never optional required default enabled disabled
    empty basic ldap oidc tls 0 1
    """.split()  # noqa: SIM905
)
_PLACE = re.compile(
    r"(?:file:|env:|fd:)\S*"
    r"|/(?:run|etc|var|home|root|srv|opt|tmp|mnt|usr|secrets?|vault|data|app|conf(?:ig)?)/\S*"
)
# of a shell, of Podman's own kube files, of templates: no value, but where it comes from
_REFERENCE = re.compile(r"\$[A-Z_][A-Z0-9_]*|\$\{\w+\}|\$\(\w+\)|\{\{.*\}\}|%\w+%")
_CODE = re.compile(r"\$\(|`|\$\{")


def secret(name: str) -> bool:
    """True when what stands beside such a name is a secret."""
    if name in ("PWD", "OLDPWD"):
        return False
    parts = [part.lower() for part in _PARTS.findall(name[:200])]
    if not parts or (len(parts) > 1 and parts[0] in _NO_FIRST):
        return False
    # an id is one where it stands for a secret of its own: secret_id of Vault
    if parts[-1] in _NO_SECRET and parts[-2:] != ["secret", "id"]:
        return False
    if parts[-1] in _LAST:
        return True
    for before, part in zip(["", *parts], parts, strict=False):
        if part in _PART or any(word in part for word in _IN_PART):
            return True
        if part == "key" and before in _OF_KEYS:
            return True
        if part.endswith("token") or (part.endswith("key") and part[:-3] in _OF_KEYS):
            return True
    return False


def worth(value: str) -> bool:
    """True where a value can be a secret: not empty, no yes or no, no place where one is kept, no name
    of a variable.
    """
    bare = value.strip("\"' \t")
    if not bare or HIDDEN in bare or bare.lower() in _CALM:
        return False
    return not (_REFERENCE.fullmatch(bare) or _PLACE.fullmatch(bare))


def runs(value: str) -> bool:
    """True where a shell may run what stands in a value: that is never hidden."""
    return _CODE.search(value) is not None

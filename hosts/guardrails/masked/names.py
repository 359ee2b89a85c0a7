"""Which names mean that the value beside them is a secret: db_password yes, --password-file no."""

import re

# splits names into words: apiKey, DB_PASSWORD, --client-secret
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# matched against the words with spaces. "pass" only at the end: --pass, not --pass-through
_SECRET = re.compile(
    r"password|passwd|passphrase|passcode|secret|credential|apikey|requirepass|masterauth|authorization|bearer"
    r"|token\b|\b(?:pwd?|psk|jwt|cookie)\b|(?<!\bby)(?<!\bcom)pass$|(?:user|db|root|master)pass\b|rootpw\b"
    r"|\b(?:creds?|pat)$|(?<=\w)(?<!new)(?<!pub) ?key\b"
)
# last words that mean no secret: a place, a length, a switch
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


def is_secret_name(name: str) -> bool:
    """True when a value with this name is a secret."""
    if name in ("PWD", "OLDPWD"):
        return False
    parts = [part.lower() for part in _PARTS.findall(name[:200])]
    if not parts or (len(parts) > 1 and parts[0] in _NO_FIRST):
        return False
    # Vault's secret_id is a secret
    if parts[-1] in _NO_SECRET and parts[-2:] != ["secret", "id"]:
        return False
    return _SECRET.search(" ".join(parts)) is not None

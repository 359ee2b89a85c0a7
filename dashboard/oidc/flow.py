"""The authorization code flow with PKCE: where to send somebody, and who came back."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from accounts.providers import Provider
from dashboard.oidc.errors import ProviderError
from dashboard.oidc.http import fetch_json
from dashboard.oidc.tokens import UnknownKey, judge

# of what a provider says about itself
KEEP_S = 600.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_known: dict[tuple[str, str, str], tuple[float, dict[str, Any]]] = {}


@dataclass(frozen=True)
class PendingSignIn:
    """What has to be remembered until somebody comes back; its values are texts and a number."""

    provider: str
    nonce: str
    verifier: str
    next: str
    at_s: int

    def kept(self) -> dict[str, Any]:
        """For the session."""
        return asdict(self)


@dataclass(frozen=True)
class ProviderUser:
    """Whom the provider says somebody is. `groups` is empty where it tells none."""

    subject: str
    email: str
    email_verified: bool
    name: str
    groups: frozenset[str]


def discover(provider: Provider) -> dict[str, Any]:
    """What the provider publishes of itself; its own name has to be the configured one. ProviderError."""
    metadata = _cached(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if metadata.get("issuer") != provider.issuer:
        raise ProviderError(
            _(
                "%(name)s calls itself %(said)s, but %(wanted)s is configured. Nobody can sign in "
                "with it until an administrator has corrected this."
            )
            % {
                "name": provider.name,
                "said": str(metadata.get("issuer"))[:200],
                "wanted": provider.issuer,
            },
            why=f"issuer {str(metadata.get('issuer'))[:200]}",
        )
    if not all(isinstance(metadata.get(key), str) for key in _ENDPOINTS):
        raise ProviderError(
            _("%(name)s does not say how to sign in.") % {"name": provider.name},
            why="endpoints missing",
        )
    return metadata


def begin(
    provider: Provider, *, redirect_uri: str, next_path: str, prompt: str = ""
) -> tuple[str, str, PendingSignIn]:
    """(address to go to, state, what to remember). `prompt="login"`: as somebody else. ProviderError."""
    metadata = discover(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _unused in range(3))
    proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": proof.decode(),
        "code_challenge_method": "S256",
        **({"prompt": prompt} if prompt else {}),
    }
    where = str(metadata["authorization_endpoint"])
    joint = "&" if "?" in where else "?"
    begun = PendingSignIn(provider.id, nonce, verifier, next_path, int(time.time()))
    return f"{where}{joint}{urlencode(asked)}", state, begun


def finish(
    provider: Provider, begun: PendingSignIn, *, redirect_uri: str, code: str
) -> ProviderUser:
    """Who came back with `code`. ProviderError."""
    metadata = discover(provider)
    given = redeem(provider, metadata, code, redirect_uri=redirect_uri, verifier=begun.verifier)
    claims = _judged(provider, metadata, str(given.get("id_token", "")), begun.nonce)
    return _answer(provider, {**_more(provider, metadata, given, claims), **claims})


def redeem(
    provider: Provider, metadata: Mapping[str, Any], code: str, *, redirect_uri: str, verifier: str
) -> dict[str, Any]:
    """What the provider gives for `code`. ClientRejected, CodeRejected, ProviderError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    headers = {}
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if provider.client_secret and "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = provider.client_id
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
    return fetch_json(provider, str(metadata["token_endpoint"]), form=form, headers=headers)


def _judged(
    provider: Provider, metadata: Mapping[str, Any], token: str, nonce: str
) -> dict[str, Any]:
    where = str(metadata["jwks_uri"])
    try:
        return judge(token, provider, keys=_cached(provider, where), nonce=nonce)
    except ProviderError as trouble:
        if not isinstance(trouble.__cause__, UnknownKey):
            raise
    # providers change their keys: look once whether this one is new
    _known.pop(_place(provider, where), None)
    return judge(token, provider, keys=_cached(provider, where), nonce=nonce)


def _more(
    provider: Provider,
    metadata: Mapping[str, Any],
    given: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> dict[str, Any]:
    """What the userinfo endpoint adds, where the token leaves something out."""
    where, access = metadata.get("userinfo_endpoint"), given.get("access_token")
    wanted = {"email", "email_verified", provider.groups_claim}
    if wanted <= claims.keys() or not isinstance(where, str) or not isinstance(access, str):
        return {}
    found = fetch_json(provider, where, headers={"Authorization": f"Bearer {access}"})
    if found.get("sub") != claims["sub"]:
        raise ProviderError(
            _("%(name)s named two different people in one sign-in. Start over.")
            % {"name": provider.name},
            why="userinfo is about somebody else",
        )
    return found


def _answer(provider: Provider, claims: Mapping[str, Any]) -> ProviderUser:
    verified = claims.get("email_verified")
    groups = claims.get(provider.groups_claim, [])
    listed = [groups] if isinstance(groups, str) else groups
    if not isinstance(listed, list):
        listed = []
    return ProviderUser(
        subject=claims["sub"],
        email=_readable(claims.get("email")),
        # the text "true" is what one well-known provider sends
        email_verified=verified is True or verified == "true",
        name=_readable(claims.get("name") or claims.get("preferred_username"))[:100],
        groups=frozenset(group for group in listed if isinstance(group, str)),
    )


def _readable(value: object) -> str:
    """Without what nobody sees and no database keeps."""
    return "".join(letter for letter in str(value or "") if letter.isprintable())


def _cached(provider: Provider, url: str) -> dict[str, Any]:
    place = _place(provider, url)
    kept = _known.get(place)
    if kept is None or time.monotonic() - kept[0] > KEEP_S:
        kept = _known[place] = (time.monotonic(), fetch_json(provider, url))
    return kept[1]


def _place(provider: Provider, url: str) -> tuple[str, str, str]:
    """What was read under one authority is not known under another."""
    return provider.issuer, provider.ca_file, url


def forget() -> None:
    """Ask every provider anew about itself."""
    _known.clear()

"""Judges an ID token: who signed it, for whom, when, and for which sign-in of ours."""

import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from django.utils.translation import gettext as _

from accounts.providers import Provider
from dashboard.oidc.errors import ProviderError

# by keys that the provider publishes; never by the client's secret, never unsigned
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
# by how much the two clocks may differ
CLOCKS_S = 120


def judge(
    token: str,
    provider: Provider,
    *,
    keys: Mapping[str, Any],
    nonce: str,
    now_s: float | None = None,
) -> dict[str, Any]:
    """The token's claims. `keys` is the provider's key set. ProviderError."""
    now = time.time() if now_s is None else now_s
    try:
        key, algorithm = _key_of(token, keys)
        # times are judged below, to be able to say by how much they are off
        checks: Any = {
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
            "require": ["iss", "sub", "aud", "exp", "iat"],
        }
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=[algorithm],
            audience=provider.client_id,
            issuer=provider.issuer,
            options=checks,
        )
    except jwt.InvalidIssuerError as error:
        raise _wrong(provider, _("it was issued by somebody else"), error) from error
    except jwt.InvalidAudienceError as error:
        raise _wrong(provider, _("it is meant for another application"), error) from error
    except jwt.InvalidSignatureError as error:
        raise _wrong(provider, _("its signature is not the provider's"), error) from error
    except (jwt.PyJWTError, ValueError, TypeError, LookupError) as error:
        raise _wrong(provider, _("it cannot be read"), error) from error
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise _wrong(provider, _("it is meant for another application"), "azp")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _wrong(provider, _("it belongs to another sign-in"), "nonce")
    subject = claims["sub"]
    if not (isinstance(subject, str) and 0 < len(subject) <= 255 and subject.isprintable()):
        raise _wrong(provider, _("it does not say who you are"), "sub")
    _judge_times(claims, provider, now)
    return claims


def _key_of(token: str, keys: Mapping[str, Any]) -> tuple[Any, str]:
    """(key, algorithm) for this token; LookupError when the provider publishes none that fits."""
    header = jwt.get_unverified_header(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise LookupError(f"algorithm {algorithm}")
    published = jwt.PyJWKSet.from_dict(dict(keys)).keys
    wanted = header.get("kid")
    fitting = [
        key
        for key in published
        if key.public_key_use in (None, "sig") and (wanted is None or key.key_id == wanted)
    ]
    if not fitting or (wanted is None and len(fitting) > 1):
        raise UnknownKey(f"no key {wanted}")
    if fitting[0].algorithm_name not in (algorithm, None) and not _same_kind(
        fitting[0].algorithm_name, algorithm
    ):
        raise LookupError(f"key {wanted} is for {fitting[0].algorithm_name}")
    return fitting[0].key, algorithm


class UnknownKey(LookupError):
    """Signed with a key that is not among those we know; it may be new."""


def _same_kind(one: str, other: str) -> bool:
    """RS and PS share their keys; a key without "alg" is taken for its family's first."""
    families = {"RS": "RSA", "PS": "RSA"}
    return families.get(one[:2], one) == families.get(other[:2], other)


def _judge_times(claims: Mapping[str, Any], provider: Provider, now: float) -> None:
    times = [claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)]
    if not all(isinstance(one, int | float) and abs(one) < 2**40 for one in times):
        raise _wrong(provider, _("it cannot be read"), "times")
    made, ends, begins = (float(one) for one in times)
    if abs(made - now) <= CLOCKS_S and ends > now - CLOCKS_S and begins < now + CLOCKS_S:
        return
    words = _(
        "The clocks of %(name)s and Haulout differ: its answer says %(theirs)s UTC, and here "
        "it is %(ours)s UTC. Nobody can sign in with it until an administrator has corrected "
        "the clocks."
    )
    raise ProviderError(
        words % {"name": provider.name, "theirs": _clock(made), "ours": _clock(now)},
        why=f"token of {int(made)} to {int(ends)} at {int(now)}",
    )


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _wrong(provider: Provider, what: str, why: object) -> ProviderError:
    words = _(
        "The answer of %(name)s is not valid: %(what)s. Start over; if it persists, tell an "
        "administrator."
    )
    return ProviderError(
        words % {"name": provider.name, "what": what}, why=f"ID token: {why!r}"[:200]
    )

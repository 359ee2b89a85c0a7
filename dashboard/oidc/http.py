"""Asking a provider: JSON over TLS, its certificate checked, no redirects, little and soon."""

import json
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib import request as urllib_request
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext as _

from accounts.providers import Provider
from dashboard.oidc.errors import ClientRejected, CodeRejected, NoAnswer, ProviderError

WAIT_S = 8.0
# what OAuth calls a client that is not known, or whose secret is wrong
NOT_OUR_CLIENT = ("invalid_client", "unauthorized_client")
MOST_BYTES = 1024 * 1024


class _NoRedirects(urllib_request.HTTPRedirectHandler):
    """A provider that sends us elsewhere is not the one that was configured."""

    def redirect_request(self, *args: Any, **named: Any) -> None:
        """None: the answer stays what it is, an error."""
        return


def fetch_json(
    provider: Provider,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object at `url`; with `form` it is posted. ProviderError, NoAnswer."""
    return fetch_json_with_time(provider, url, form=form, headers=headers)[0]


def fetch_json_with_time(
    provider: Provider,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], datetime | None]:
    """As fetch_json, and what time it is there: None where it does not say. ProviderError, NoAnswer."""
    host = urlsplit(url).netloc
    if urlsplit(url).scheme != "https":
        raise ProviderError(
            _("%(name)s has an address without TLS, at %(host)s. Haulout refuses it.")
            % {"name": provider.name, "host": host},
            why=f"{url} is not https",
        )
    try:
        context = _vouched_for(provider)
    except OSError as error:
        raise ProviderError(
            _(
                "The file of certificate authorities for %(name)s cannot be read. An administrator "
                "can correct this."
            )
            % {"name": provider.name},
            why=f"{provider.ca_file}: {error}",
        ) from error
    opener = urllib_request.build_opener(
        urllib_request.HTTPSHandler(context=context), _NoRedirects()
    )
    data = urlencode(form).encode() if form is not None else None
    asked = urllib_request.Request(  # noqa: S310 - https alone, see above
        url, data, {"Accept": "application/json", **(headers or {})}
    )
    try:
        with opener.open(asked, timeout=WAIT_S) as answer:
            body, time_there = _read(answer), _time_of(answer.headers.get("Date", ""))
    except HTTPError as error:
        with error:
            raise _erred(provider, url, error, posted="form" if form else "") from error
    except (OSError, ValueError) as error:
        raise _unreached(provider, host, error) from error
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        found = error
    if not isinstance(found, dict):
        raise NoAnswer(
            _("%(name)s sent an answer that cannot be read.") % {"name": provider.name},
            why=f"{url}: no JSON object",
        )
    return found, time_there


def certificate_ends(provider: Provider) -> datetime:
    """When the certificate that vouches for the issuer's address is over, in UTC. OSError."""
    parts = urlsplit(provider.issuer)
    context = _vouched_for(provider)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 443), WAIT_S) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as wrapped,
    ):
        found = cast(dict[str, Any], wrapped.getpeercert())
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC)


def _vouched_for(provider: Provider) -> ssl.SSLContext:
    """What checks its certificate: name, dates, and who signed it. OSError without the file.

    The same on every Python. 3.13 alone refuses an authority without key usage, which many
    companies have. Older ones do not accept an intermediate authority from the file.
    """
    context = ssl.create_default_context(cafile=provider.ca_file or None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _time_of(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None


def _erred(provider: Provider, url: str, error: HTTPError, *, posted: str) -> ProviderError:
    said = _oauth_error(error)
    why = f"{url}: {error.code} {said}"
    name = {"name": provider.name}
    if said in NOT_OUR_CLIENT or (posted and error.code == 401):
        words = _(
            "%(name)s rejects Haulout as a client: client_id or client_secret in the providers "
            "file is wrong. Nobody can sign in with it until an administrator has corrected this."
        )
        return ClientRejected(words % name, why=why)
    if said == "invalid_grant":
        words = _(
            "%(name)s no longer knows this sign-in: it took too long, or the page was loaded "
            "twice. Start over."
        )
        return CodeRejected(words % name, why=why)
    words = _("%(name)s answered with an error (%(status)s). Try again in a moment.")
    return NoAnswer(words % {**name, "status": error.code}, why=why)


def _read(answer: Any) -> bytes:
    """The body: at most MOST_BYTES, within WAIT_S in all. ValueError."""
    until, parts, length = time.monotonic() + WAIT_S, [], 0
    while part := answer.read1(65_536):
        parts.append(part)
        length += len(part)
        if length > MOST_BYTES or time.monotonic() > until:
            raise ValueError("too long an answer")
    return b"".join(parts)


def _oauth_error(error: HTTPError) -> str:
    """OAuth's own word for what is wrong; such a code holds no secret."""
    try:
        found = json.loads(_read(error))
    except (OSError, ValueError, RecursionError):
        return ""
    return (
        str(cast(dict[str, Any], found).get("error", ""))[:100] if isinstance(found, dict) else ""
    )


def _unreached(provider: Provider, host: str, error: Exception) -> ProviderError:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return ProviderError(
            _(
                "The certificate of %(host)s is not accepted: %(reason)s. Nobody can sign in with "
                "%(name)s until this is corrected. If your own authority signed it, an "
                "administrator sets ca_file."
            )
            % {"host": host, "name": provider.name, "reason": reason.verify_message},
            why=f"certificate of {host}: {reason.verify_message}",
        )
    return NoAnswer(
        _("%(name)s does not answer (%(host)s). Try again in a moment, or sign in another way.")
        % {"name": provider.name, "host": host},
        why=f"{host}: {reason}"[:200],
    )

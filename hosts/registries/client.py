"""Asks one registry which digest a tag names: HEAD on the manifest, by the distribution spec.

Nothing is pulled. Answers are bounded in time and size, redirects are few and judged, and a password
goes only to the registry and to the realm that it names over https. No Django.
"""

import asyncio
import base64
import hashlib
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from yarl import URL

from hosts.podman.registry_auth import Credential
from hosts.registries.addresses import JudgedResolver, is_loopback, judge, proxy_for
from hosts.registries.challenge import Challenge, read_challenge, retry_after_s
from hosts.registries.errors import Failure, RegistryError

# a whole answer to one question, with token and redirects
WAIT_S: Final = 20.0
# a server that knows no TLS may wait for the rest of what it takes for a request
CONNECT_S: Final = 6.0
MOST_REDIRECTS: Final = 3
MANIFEST_BYTES: Final = 4 * 1024 * 1024
TOKEN_BYTES: Final = 64 * 1024
_INDEXES: Final = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
_ACCEPT: Final = ", ".join(
    [
        *sorted(_INDEXES, reverse=True),
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_HUB: Final = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Offer:
    """What a tag names. `index`: it lists an image per platform, each with a digest of its own."""

    digest: str
    index: bool


@dataclass(frozen=True, slots=True)
class _Reply:
    url: URL
    status: int
    headers: Mapping[str, str]
    challenges: list[str]
    body: bytes


class RegistryClient:
    """One registry (`host[:port]`), with an account or without; an async context manager.

    `insecure`: as in Podman's registries.conf: certificates are not checked, and http will do.
    `loopback`: it may be on this very machine.
    """

    def __init__(
        self,
        registry: str,
        *,
        credential: Credential | None = None,
        insecure: bool = False,
        loopback: bool = False,
    ) -> None:
        self._host = _HUB.get(registry, registry)
        self._credential = credential
        self._plain = insecure or (loopback and is_loopback(_name(self._host)))
        self._loopback = loopback
        self._schemes = ["https", "http"] if self._plain else ["https"]
        self._session: aiohttp.ClientSession | None = None
        # by path: a token is for one
        self._authorizations: dict[str, str] = {}
        self._checked, self._unchecked = _context(checked=True), _context(checked=False)

    async def __aenter__(self) -> Self:
        self._resolver = JudgedResolver(loopback=self._loopback)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self._resolver, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=WAIT_S, connect=CONNECT_S),
            auto_decompress=False,
            headers={"User-Agent": "Haulout", "Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def offer(self, path: str, tag: str) -> Offer:
        """What `path:tag` names now. RegistryError."""
        reply = await self._manifest("HEAD", path, tag)
        digest = reply.headers.get("Docker-Content-Digest", "") if reply.status == 200 else ""
        if reply.status in (200, 405) and not _DIGEST.fullmatch(digest):
            # old registries leave it out, or know no HEAD
            reply = await self._manifest("GET", path, tag)
            digest = f"sha256:{hashlib.sha256(reply.body).hexdigest()}"
        _raise_for(reply)
        kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Offer(digest, kind in _INDEXES)

    async def instances(self, path: str, digest: str) -> list[str]:
        """Digests of the images that the index `digest` lists. RegistryError."""
        reply = await self._manifest("GET", path, digest)
        _raise_for(reply)
        algorithm, _colon, hexed = digest.partition(":")
        if hashlib.new(algorithm, reply.body).hexdigest() != hexed:
            raise RegistryError(Failure.UNREADABLE, "the index has another digest than asked for")
        listed = _object(reply.body).get("manifests")
        found = [one.get("digest") for one in listed or () if isinstance(one, dict)]
        return [one for one in found if isinstance(one, str) and _DIGEST.fullmatch(one)][:200]

    async def _manifest(self, method: str, path: str, name: str) -> _Reply:
        target = f"/v2/{path}/manifests/{name}"
        try:
            async with asyncio.timeout(WAIT_S):
                reply = await self._asked(method, target, path)
                if reply.status == 401 and path not in self._authorizations:
                    self._authorizations[path] = await self._authorize(path, reply)
                    reply = await self._asked(method, target, path)
                return reply
        except TimeoutError as error:
            raise RegistryError(Failure.UNREACHABLE, "no answer in time") from error

    async def _asked(self, method: str, target: str, path: str) -> _Reply:
        """By https; where the registry is insecure also by http."""
        while True:
            scheme = self._schemes[0]
            headers = {"Accept": _ACCEPT}
            if path in self._authorizations:
                headers["Authorization"] = self._authorizations[path]
            try:
                return await self._fetch(
                    method, URL(f"{scheme}://{self._host}{target}"), headers, MANIFEST_BYTES
                )
            except RegistryError as error:
                other = error.kind in (Failure.UNREACHABLE, Failure.CERTIFICATE)
                if not other or len(self._schemes) == 1:
                    raise
                self._schemes.pop(0)

    async def _authorize(self, path: str, reply: _Reply) -> str:
        """The Authorization that the registry asks for. RegistryError where there is none."""
        challenge = read_challenge(reply.challenges)
        # where a redirect led to may not say where the password goes
        if challenge is None or reply.url.host != _name(self._host):
            raise RegistryError(Failure.REFUSED, "401 without a challenge of its own")
        if not challenge.basic:
            return f"Bearer {await self._token(path, challenge)}"
        if self._credential is None:
            raise RegistryError(Failure.REFUSED, "it wants a user name and password")
        return _basic(self._credential)

    async def _token(self, path: str, challenge: Challenge) -> str:
        """A token for pulls of `path`, from the realm that the registry names."""
        realm = _url(challenge.realm)
        own = URL(f"{self._schemes[0]}://{self._host}").origin()
        if realm is None or (realm.scheme != "https" and not self._is_plain(realm)):
            raise RegistryError(Failure.UNREADABLE, "its realm for tokens is not https")
        # our own scope: not what the registry would like a token for
        query = {"service": challenge.service, "scope": f"repository:{path}:pull"}
        headers = {}
        # anybody on the way can name a realm where no certificate is checked
        if self._credential and (not self._plain or realm.origin() == own):
            headers["Authorization"] = _basic(self._credential)
        reply = await self._fetch("GET", realm.update_query(query), headers, TOKEN_BYTES)
        if reply.status in (400, 401, 403):
            raise RegistryError(Failure.REFUSED, f"{reply.status} from its realm for tokens")
        _raise_for(reply)
        found = _object(reply.body)
        token = found.get("token") or found.get("access_token")
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise RegistryError(Failure.UNREADABLE, "its realm for tokens gave none")
        return token

    async def _fetch(
        self, method: str, url: URL, headers: Mapping[str, str], most_bytes: int
    ) -> _Reply:
        """One answer, after at most MOST_REDIRECTS. Another site gets no Authorization."""
        for _hop in range(MOST_REDIRECTS + 1):
            reply = await self._once(method, url, headers, most_bytes)
            if reply.status not in _REDIRECTS:
                return reply
            there = _url(reply.headers.get("Location", ""), url)
            if there is None or (there.scheme != "https" and not self._is_plain(there)):
                raise RegistryError(Failure.UNREADABLE, "it redirects to what is not https")
            if there.origin() != url.origin():
                headers = {name: value for name, value in headers.items() if name == "Accept"}
            url = there
        raise RegistryError(Failure.UNREADABLE, "it redirects too often")

    async def _once(
        self, method: str, url: URL, headers: Mapping[str, str], most_bytes: int
    ) -> _Reply:
        assert self._session is not None
        judge(url.host or "", loopback=self._loopback)
        proxy = proxy_for(str(url))
        if proxy:
            self._resolver.trusted.add(URL(proxy).host or "")
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                allow_redirects=False,
                proxy=proxy,
                ssl=self._unchecked if self._is_plain(url) else self._checked,
            ) as answer:
                body = b"" if method == "HEAD" else await _read(answer, most_bytes)
                challenges = answer.headers.getall("WWW-Authenticate", [])
                return _Reply(url, answer.status, answer.headers, challenges, body)
        except aiohttp.ClientConnectorCertificateError as error:
            words = getattr(error.certificate_error, "verify_message", "")
            raise RegistryError(Failure.CERTIFICATE, words) from error
        except aiohttp.ClientConnectorError as error:
            words = error.os_error.strerror or str(error.os_error)
            raise RegistryError(Failure.UNREACHABLE, words) from error
        except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
            raise RegistryError(Failure.UNREADABLE, type(error).__name__) from error
        except TimeoutError as error:
            raise RegistryError(Failure.UNREACHABLE, "no answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            words = str(error) or type(error).__name__
            raise RegistryError(Failure.UNREACHABLE, words) from error
        except ValueError as error:
            raise RegistryError(Failure.UNREADABLE, "no HTTP") from error

    def _is_plain(self, url: URL) -> bool:
        """True at the registry's own host where neither https nor a certificate is asked for."""
        return self._plain and url.host == _name(self._host)


async def _read(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    body = bytearray()
    async for part in answer.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > most_bytes:
            raise RegistryError(Failure.UNREADABLE, f"an answer of more than {most_bytes} bytes")
    return bytes(body)


def _raise_for(reply: _Reply) -> None:
    """RegistryError for whatever is not 200."""
    status = reply.status
    if status == 200:
        return
    retry_s = retry_after_s(reply.headers.get("Retry-After", ""), datetime.now(UTC))
    if status == 429 or (status == 503 and retry_s):
        raise RegistryError(Failure.BUSY, str(status), retry_s=retry_s)
    if status in (401, 403):
        raise RegistryError(Failure.REFUSED, str(status))
    if status == 404:
        raise RegistryError(Failure.MISSING, str(status))
    kind = Failure.UNREACHABLE if status >= 500 else Failure.UNREADABLE
    raise RegistryError(kind, f"HTTP {status}", retry_s=retry_s)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RegistryError(Failure.UNREADABLE, "no JSON") from error
    if not isinstance(found, dict):
        raise RegistryError(Failure.UNREADABLE, "no JSON object")
    return found


def _url(text: str, base: URL | None = None) -> URL | None:
    """An address with a host; None where `text` is none."""
    try:
        found = base.join(URL(text)) if base else URL(text)
        fits = text and found.host and found.scheme in ("http", "https")
        return found.with_user(None) if fits else None
    except ValueError:
        return None


def _name(host: str) -> str:
    """`host[:port]` without the port, IPv6 without brackets."""
    return URL(f"https://{host}").host or ""


def _basic(credential: Credential) -> str:
    pair = f"{credential.username}:{credential.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _context(*, checked: bool) -> ssl.SSLContext:
    """3.13 alone refuses an authority without key usage, which many companies have."""
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context

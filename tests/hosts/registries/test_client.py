"""Which digest a tag names, asked of registries that are slow, strange or hostile."""

import base64
import hashlib
import json
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hosts.podman.registry_auth import Credential
from hosts.registries import client
from hosts.registries.addresses import address_of, judge
from hosts.registries.challenge import read_challenge, retry_after_s
from hosts.registries.client import Offer, RegistryClient
from hosts.registries.errors import Failure, RegistryError
from tests.dashboard.oidc.provider import make_certificates
from tests.hosts.registries.fake import FakeRegistry, Request, registry, reply

DIGEST = "sha256:" + "a" * 64
INDEX = "application/vnd.oci.image.index.v1+json"
SINGLE = "application/vnd.oci.image.manifest.v1+json"
ACCOUNT = Credential("seal", "fish:1", "registry")
BASIC = "Basic " + base64.b64encode(b"seal:fish:1").decode()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """For `localhost`, signed by an authority that nobody knows."""
    _authority, both = make_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


@pytest.fixture
def trusted(tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The same, and clients know the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return tls


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """`registry.test` is at 127.0.0.1: a registry whose name says nothing of this machine."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **named: Any) -> Any:
        return resolve("127.0.0.1" if host == "registry.test" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


def local(fake: FakeRegistry, **given: Any) -> RegistryClient:
    """A client of a registry on this machine, which is asked by http."""
    return RegistryClient(fake.address, loopback=True, **given)


async def failure_of(asking: RegistryClient, path: str = "shop/web") -> RegistryError:
    async with asking as there:
        with pytest.raises(RegistryError) as raised:
            await there.offer(path, "1")
    return raised.value


def found(digest: str = DIGEST, kind: str = SINGLE) -> bytes:
    return reply(200, Docker_Content_Digest=digest, Content_Type=kind)


async def test_a_tag_names_a_digest_and_nothing_is_pulled() -> None:
    async with registry(lambda request: found(kind=f"{INDEX}; charset=utf-8")) as fake:
        async with local(fake) as there:
            assert await there.offer("shop/web", "1") == Offer(DIGEST, True)
    assert [(one.method, one.target) for one in fake.asked] == [
        ("HEAD", "/v2/shop/web/manifests/1")
    ]
    accepted = fake.asked[0].headers["accept"]
    for kind in (INDEX, SINGLE, "application/vnd.docker.distribution.manifest.v2+json"):
        assert kind in accepted
    assert "authorization" not in fake.asked[0].headers


@pytest.mark.parametrize("first", [200, 405])
async def test_a_registry_without_the_header_is_asked_for_the_manifest(first: int) -> None:
    body = b'{"schemaVersion": 2}'

    def respond(request: Request) -> bytes:
        return reply(first) if request.method == "HEAD" else reply(200, body, Content_Type=SINGLE)

    async with registry(respond) as fake, local(fake) as there:
        offer = await there.offer("shop/web", "1")
    assert offer == Offer("sha256:" + hashlib.sha256(body).hexdigest(), False)


async def test_an_index_lists_its_images() -> None:
    one, other = ("sha256:" + letter * 64 for letter in "bc")
    listed = [{"digest": one}, {"digest": other}, {"digest": "sha256:short"}, {"digest": 7}, "x"]
    body = json.dumps({"manifests": listed}).encode()
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    async with registry(lambda request: reply(200, body)) as fake, local(fake) as there:
        assert await there.instances("shop/web", digest) == [one, other]
        with pytest.raises(RegistryError, match="another digest"):
            await there.instances("shop/web", DIGEST)


async def test_a_name_and_password_go_where_they_are_asked_for() -> None:
    def respond(request: Request) -> bytes:
        if request.headers.get("authorization") == BASIC:
            return found()
        return reply(401, WWW_Authenticate='Basic realm="lab"')

    async with registry(respond) as fake:
        async with local(fake, credential=ACCOUNT) as there:
            assert (await there.offer("shop/web", "1")).digest == DIGEST
        assert len(fake.asked) == 2
        assert (await failure_of(local(fake))).kind == Failure.REFUSED
        wrong = Credential("seal", "old", "registry")
        assert (await failure_of(local(fake, credential=wrong))).kind == Failure.REFUSED


async def test_a_token_is_fetched_for_this_path_alone() -> None:
    def respond(request: Request) -> bytes:
        if request.target.startswith("/token"):
            return reply(200, b'{"access_token": "t0ken"}')
        if request.headers.get("authorization") == "Bearer t0ken":
            return found()
        realm = (
            f'Bearer realm="http://{fake.address}/token",service="a b",scope="registry:catalog:*"'
        )
        return reply(401, WWW_Authenticate=realm)

    async with registry(respond) as fake:
        async with local(fake, credential=ACCOUNT) as there:
            assert (await there.offer("shop/web", "1")).digest == DIGEST
    token = fake.asked[1]
    assert token.headers["authorization"] == BASIC
    # its own scope is not asked for
    assert token.target == "/token?service=a+b&scope=repository:shop/web:pull"


@pytest.mark.parametrize(
    ("realm", "kind"),
    [
        ("http://192.0.2.1/token", Failure.UNREADABLE),
        ("file:///etc/passwd", Failure.UNREADABLE),
        ("https://169.254.169.254/token", Failure.ADDRESS),
        ("https://[::ffff:169.254.169.254]/token", Failure.ADDRESS),
        ("https://[fd00:ec2::254]/token", Failure.ADDRESS),
        ("https:///token", Failure.UNREADABLE),
        ("", Failure.UNREADABLE),
    ],
)
async def test_a_realm_elsewhere_gets_nothing(realm: str, kind: Failure) -> None:
    challenge = f'Bearer realm="{realm}",service="x"'
    async with registry(lambda request: reply(401, WWW_Authenticate=challenge)) as fake:
        assert (await failure_of(local(fake, credential=ACCOUNT))).kind == kind
    assert len(fake.asked) == 1


async def test_a_realm_named_over_http_gets_no_password(trusted: ssl.SSLContext) -> None:
    """Anybody between Haulout and a registry without TLS could have named it."""

    def respond(request: Request) -> bytes:
        realm = f'Bearer realm="https://localhost:{other.port}/token",service="x"'
        return reply(401, WWW_Authenticate=realm)

    async with (
        registry(lambda request: reply(200, b'{"token": "t"}'), tls=trusted) as other,
        registry(respond) as fake,
    ):
        assert (await failure_of(local(fake, credential=ACCOUNT))).kind == Failure.REFUSED
    assert [one.method for one in other.asked] == ["GET"]
    assert "authorization" not in other.asked[0].headers


async def test_where_a_redirect_leads_gets_no_password_and_names_no_realm(
    trusted: ssl.SSLContext,
) -> None:
    def elsewhere(request: Request) -> bytes:
        return reply(401, WWW_Authenticate='Basic realm="mine"')

    def respond(request: Request) -> bytes:
        if "authorization" not in request.headers:
            return reply(401, WWW_Authenticate='Basic realm="lab"')
        return reply(307, Location=f"https://localhost:{other.port}/v2/x")

    async with registry(elsewhere, tls=trusted) as other, registry(respond) as fake:
        assert (await failure_of(local(fake, credential=ACCOUNT))).kind == Failure.REFUSED
    assert len(other.asked) == 1
    assert "authorization" not in other.asked[0].headers


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("/v2/round", Failure.UNREADABLE),
        ("http://192.0.2.1/", Failure.UNREADABLE),
        ("https://169.254.169.254/latest/meta-data", Failure.ADDRESS),
        ("", Failure.UNREADABLE),
    ],
)
async def test_redirects_are_few_and_judged(location: str, kind: Failure) -> None:
    async with registry(lambda request: reply(302, Location=location)) as fake:
        assert (await failure_of(local(fake))).kind == kind
    assert len(fake.asked) <= 1 + client.MOST_REDIRECTS


@pytest.mark.parametrize(
    ("answer", "kind", "retry_s"),
    [
        (reply(404), Failure.MISSING, 0),
        (reply(403), Failure.REFUSED, 0),
        (reply(401), Failure.REFUSED, 0),
        (reply(429, Retry_After="1800"), Failure.BUSY, 1800),
        (reply(429, Retry_After="1"), Failure.BUSY, 60),
        (reply(429, Retry_After="999999999999"), Failure.BUSY, 86_400),
        (reply(429), Failure.BUSY, 0),
        (reply(503, Retry_After="600"), Failure.BUSY, 600),
        (reply(502), Failure.UNREACHABLE, 0),
        (reply(418), Failure.UNREADABLE, 0),
        (b"SSH-2.0-OpenSSH_10.0\r\n", Failure.UNREADABLE, 0),
        (b"", Failure.UNREACHABLE, 0),
    ],
)
async def test_what_else_it_says(answer: bytes, kind: Failure, retry_s: int) -> None:
    async with registry(lambda request: answer) as fake:
        failed = await failure_of(local(fake))
    assert (failed.kind, failed.retry_s) == (kind, retry_s)


@pytest.mark.parametrize("body", [b"[]", b"{", b"[" * 40_000, b'{"token": "a b"}', b"{}"])
async def test_a_token_that_is_none(body: bytes) -> None:
    def respond(request: Request) -> bytes:
        if request.target.startswith("/token"):
            return reply(200, body)
        return reply(401, WWW_Authenticate=f'Bearer realm="http://{fake.address}/token"')

    async with registry(respond) as fake:
        assert (await failure_of(local(fake))).kind == Failure.UNREADABLE


async def test_no_answer_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MANIFEST_BYTES", 1000)
    big = reply(200, b"x" * 2000)
    async with registry(lambda request: big if request.method == "GET" else reply(405)) as fake:
        failed = await failure_of(local(fake))
    assert failed.kind == Failure.UNREADABLE
    assert "1000" in failed.detail


async def test_no_registry_is_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAIT_S", 0.2)
    # it promises more than it sends, and stays
    slow = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x"
    async with registry(lambda request: slow if request.method == "GET" else reply(405)) as fake:
        failed = await failure_of(local(fake))
    assert failed.kind in (Failure.UNREACHABLE, Failure.UNREADABLE)


async def test_http_is_only_for_registries_that_are_insecure(elsewhere: None) -> None:
    async with registry(lambda request: found()) as fake:
        name = f"registry.test:{fake.port}"
        assert (await failure_of(RegistryClient(name, loopback=True))).kind == Failure.UNREACHABLE
        assert not fake.asked
        async with RegistryClient(name, insecure=True, loopback=True) as there:
            assert (await there.offer("shop/web", "1")).digest == DIGEST


async def test_certificates_are_checked_unless_the_registry_is_insecure(
    tls: ssl.SSLContext, elsewhere: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with registry(lambda request: found(), tls=tls) as fake:
        name = f"registry.test:{fake.port}"
        failed = await failure_of(RegistryClient(name, loopback=True))
        assert failed.kind == Failure.CERTIFICATE
        assert not fake.asked
        async with RegistryClient(name, insecure=True, loopback=True) as there:
            assert (await there.offer("shop/web", "1")).digest == DIGEST
        # signed by the company's own authority, but for another name
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        failed = await failure_of(RegistryClient(name, loopback=True))
        assert (failed.kind, "registry.test" in failed.detail) == (Failure.CERTIFICATE, True)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "[::1]", "0.0.0.0"])
async def test_this_machine_is_asked_only_for_its_own_containers(name: str) -> None:
    async with registry(lambda request: found()) as fake:
        failed = await failure_of(RegistryClient(f"{name}:{fake.port}", insecure=True))
    # not every resolver takes a number for an address
    assert failed.kind == Failure.ADDRESS or name.isdigit()
    assert not fake.asked


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1%eth0"),
        *("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "224.0.0.1", "0.0.0.0", "::"),
        *("127.8.8.8", "2002:a9fe:a9fe::1"),
    ],
)
def test_addresses_that_no_registry_has(address: str) -> None:
    with pytest.raises(RegistryError) as raised:
        judge(address, loopback=False)
    assert raised.value.kind == Failure.ADDRESS


@pytest.mark.parametrize("address", ["10.77.0.1", "192.168.1.2", "2001:db8::1", "registry.example"])
def test_addresses_of_private_networks_are_asked(address: str) -> None:
    judge(address, loopback=False)


def test_names_are_no_addresses() -> None:
    assert address_of("registry.example.org") is None
    assert str(address_of("[::ffff:10.0.0.1]")) == "10.0.0.1"


def test_bearer_is_taken_before_basic() -> None:
    found = read_challenge(
        ["Basic realm=x", 'bearer Realm="https://a/t", service="s"', "Negotiate"]
    )
    assert found is not None
    assert (found.basic, found.realm, found.service) == (False, "https://a/t", "s")
    assert read_challenge(["Negotiate", ""]) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("", 0), ("soon", 0), ("-5", 0), ("120", 120), ("٣", 0)),
        ("Tue, 01 Dec 2026 13:00:00 GMT", 3600),
        ("Tue, 01 Dec 2026 11:00:00 GMT", 60),
        ("Tue, 01 Dec 2026 13:00:00 -0000", 3600),
    ],
)
def test_retry_after(header: str, seconds: int) -> None:
    assert retry_after_s(header, datetime(2026, 12, 1, 12, tzinfo=UTC)) == seconds

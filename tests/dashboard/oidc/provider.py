"""An OpenID provider on this machine, over TLS with an authority of its own. It can be made to lie.

What an honest one does is tested against a certified provider in tests/browser/test_provider.py.
"""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NAME = "localhost"


class TlsProvider:
    """Serves until `close`. `claims` go into every token, `lies` change what it says."""

    def __init__(self, folder: Path) -> None:
        self.ca_file, certificate = make_certificates(folder)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with: Any = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.clock_off_s = 0
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        provider = self

        class Answers(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                provider.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                provider.answer(self, dict(parse_qsl(body)))

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.issuer = f"https://{NAME}:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        """Stop serving; whoever asks is refused a connection from now on."""
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def allow(self, url: str) -> str:
        """What a person does who says yes at `url`: the query with which they come back."""
        asked = {key: value[0] for key, value in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {
            "code": code,
            "state": asked["state"],
            "iss": self.issuer,
            **self.lies.get("back", {}),
        }
        return urlencode(back)

    def answer(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        """One request."""
        path = urlsplit(request.path).path
        self.asked.append(path)
        told: Any
        status = 200
        if path == "/.well-known/openid-configuration":
            told = self._about()
        elif path == "/keys":
            told = {"keys": [{**self._public(), "kid": "1", "use": "sig"}]}
        elif path == "/token":
            status, told = self._token(form)
        elif path == "/userinfo":
            told = self.userinfo
        else:
            status, told = 404, {}
        if path in self.lies:
            status, told = self.lies[path]
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        for name, value in self.lies.get("headers", {}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def _about(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            **self.lies.get("about", {}),
        }

    def _public(self) -> dict[str, Any]:
        return dict(json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())))

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time()) + self.clock_off_s
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            **self.claims,
            **self.lies.get("token", {}),
        }
        token = jwt.encode(claims, self.signs_with, self.algorithm, headers={"kid": "1"})
        return 200, {"id_token": token, "access_token": "a", "token_type": "Bearer"}


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """(file of an authority, file of key and certificate that it signed for localhost).

    The authority's certificate has no key usage, as many companies' own have none.
    """
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _unused in range(2))
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    signed_authority = _certificate(authority, authority, authority_key, authority_key, ca=True)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    signed = _certificate(name, authority, key, authority_key, ca=False)
    ca_file, both = folder / "authority.pem", folder / "provider.pem"
    ca_file.write_bytes(signed_authority.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return ca_file, both


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: Any, signer: Any, *, ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(signer, hashes.SHA256())
    )

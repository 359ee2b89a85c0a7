"""A software passkey for tests, with its own keys. It can answer wrongly on purpose."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

Flag = AuthenticatorData.FLAG
NAME = "testserver"


@dataclass
class Device:
    """One passkey of `user`. What it answers is JSON as a browser sends it."""

    user: Any
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def known(self, *, count: int = 0) -> Authenticator:
        """Register it as the owner did."""
        made = Authenticator(user=self.user, type=Authenticator.Type.WEBAUTHN)
        made.data = {"name": "Key", "credential": self.made("AAAA", count=count)}
        made.save()
        return made

    def made(
        self, challenge: str, *, count: int = 0, origin: str = f"http://{NAME}"
    ) -> dict[str, Any]:
        """The answer with which it is registered."""
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        flags = Flag.UP | Flag.UV | Flag.AT
        data = AuthenticatorData.create(_hash(NAME), flags, count, credential)
        said = CollectedClientData.create("webauthn.create", challenge, origin)
        return self._answer(
            clientDataJSON=websafe_encode(said),
            attestationObject=websafe_encode(AttestationObject.create("none", data, {})),
        )

    def answers(
        self,
        challenge: str,
        *,
        verified: bool = True,
        count: int = 0,
        origin: str = f"http://{NAME}",
        name: str = NAME,
        crossed: bool = False,
        handle: Any = None,
    ) -> dict[str, Any]:
        """The answer with which it signs in. `handle`: the person that it names, else its owner."""
        flags = Flag.UP | Flag.UV if verified else Flag.UP
        data = AuthenticatorData.create(_hash(name), flags, count)
        said = CollectedClientData.create("webauthn.get", challenge, origin, crossed)
        signed = self.key.sign(data + said.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=websafe_encode(said),
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signed),
            userHandle=websafe_encode(user_pk_to_url_str(handle or self.user).encode()),
        )

    def _answer(self, **response: str) -> dict[str, Any]:
        named = websafe_encode(self.id)
        return {"id": named, "rawId": named, "type": "public-key", "response": response}


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()

"""SSH keys: which are taken, whose they are, and that each one is one person's."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import ssh_keys, token_actions, tokens
from accounts.errors import NotPermitted
from accounts.models import Role, Token
from accounts.token_actions import TokenOptions
from tests.cast import Cast
from tests.public_keys import line_of, security_key


@pytest.fixture
def add(who_of: Any) -> Any:
    """`add(user, line, name="laptop", days=30, by=…)`: the key."""

    def added(user: Any, line: str, name: str = "laptop", days: int = 30, by: Any = None) -> Token:
        by, ends = by or user, timezone.now() + timedelta(days=days)
        return token_actions.add_key(by, who_of(by), TokenOptions(name, ends), user=user, text=line)

    return added


def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path: Path) -> None:
    line = line_of()
    (tmp_path / "key.pub").write_text(line)
    said = subprocess.run(
        ["ssh-keygen", "-l", "-f", tmp_path / "key.pub"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split()[1] == ssh_keys.read(line).fingerprint


@pytest.mark.parametrize(
    "line",
    [
        line_of(),
        line_of("ssh-ed25519", comment="alice@laptop of hers"),
        line_of("ecdsa-sha2-nistp384"),
        line_of("ssh-rsa", key_size=3072),
        security_key(),
    ],
    ids=["ed25519", "comment", "ecdsa", "rsa", "security key"],
)
def test_good_keys_are_taken(line: str) -> None:
    found = ssh_keys.read(f"\n{line}\r\n")
    assert found.line == " ".join(line.split()[:2])
    assert found.comment == " ".join(line.split()[2:])
    assert ssh_keys.blob_of(found.line) == found.blob
    assert ssh_keys.is_security_key(found.line) == line.startswith("sk-")


def certificate() -> str:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    theirs = authority.generate_user_certificate(
        asyncssh.generate_private_key("ssh-ed25519"), "alice", principals=["alice"]
    )
    return theirs.export_certificate().decode()


DSA = "ssh-dss AAAAB3NzaC1kc3MAAACBAO"
ED25519 = line_of()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste one public key"),
        (f"{ED25519}\n{line_of()}", "Paste one public key"),
        (line_of("ssh-rsa", key_size=2048), "has 2048"),
        (DSA, "DSA keys are too weak"),
        (certificate(), "This is a certificate"),
        (f"restrict {ED25519}", "start with the key type"),
        ("---- BEGIN SSH2 PUBLIC KEY ----", "start with the key type"),
        (ED25519[:-9], "copy the whole line"),
        (ED25519.replace("ssh-ed25519 ", "ecdsa-sha2-nistp256 "), "copy the whole line"),
        (f"{ED25519}AAAA", "copy the whole line"),
        ("ssh-ed25519", "copy the whole line"),
        (ED25519.replace("ssh-ed25519 ", "ssh-ed25519 é"), "copy the whole line"),
        (
            asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode(),
            "This is a private key",
        ),
        (f"{ED25519} {'x' * 7000}", "Paste one public key"),
    ],
    # keys are made anew in each process, which have to agree on names
    ids=[
        *("nothing", "two keys", "RSA 2048", "DSA", "certificate", "options", "SSH2", "cut short"),
        *("another type", "too long", "no key", "not ASCII", "private key", "endless comment"),
    ],
)
def test_what_is_none_or_too_weak_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ssh_keys.read(text)


def test_a_key_is_kept_and_written_down(cast: Cast, add: Any, entries: Any) -> None:
    line = line_of()
    key = add(cast.bob, line)
    assert key.is_key
    assert key.public_key == line
    [entry] = entries("key.add")
    assert entry.target_kind == "key"
    assert entry.target_name == str(key)
    assert ssh_keys.read(line).fingerprint in entry.params_text
    # nobody comes to REST with it
    assert tokens.find_by_secret(line) is None


def test_a_key_is_one_persons(cast: Cast, add: Any, who_of: Any) -> None:
    line = line_of()
    key = add(cast.bob, line)
    with pytest.raises(ValidationError, match="another person"):
        add(cast.charlie, line)
    with pytest.raises(ValidationError, match="already registered, as laptop"):
        add(cast.bob, line, "desktop")
    token_actions.revoke(cast.bob, who_of(cast.bob), token=key)
    with pytest.raises(ValidationError, match="another person"):
        add(cast.charlie, line)
    again = add(cast.bob, line)
    assert tokens.find_by_public_key(ssh_keys.blob_of(line)) == again
    assert tokens.find_by_label(str(key)) == again


def test_one_that_has_ended_makes_room(cast: Cast, add: Any) -> None:
    line = line_of()
    ended = add(cast.bob, line)
    Token.objects.update(expires_at=timezone.now())
    again = add(cast.bob, line, "again")
    assert tokens.find_by_public_key(ssh_keys.blob_of(line)) == again
    ended.refresh_from_db()
    assert ended.revoked_at is not None


def test_it_ends_within_a_year_and_has_a_name_of_its_own(cast: Cast, add: Any) -> None:
    for days in (0, 366):
        with pytest.raises(ValidationError, match="within one year at the latest"):
            add(cast.bob, line_of(), days=days)
    add(cast.bob, line_of())
    with pytest.raises(ValidationError, match="with this name"):
        add(cast.bob, line_of())
    assert Token.objects.count() == 1


def test_keys_of_others_and_of_service_accounts(cast: Cast, add: Any, who_of: Any) -> None:
    with pytest.raises(NotPermitted):
        add(cast.charlie, line_of(), by=cast.bob)
    with pytest.raises(ValidationError, match="create their own tokens"):
        add(cast.charlie, line_of(), by=cast.alice)
    role = Role.objects.get(name="viewer")
    ci = token_actions.make_service(cast.alice, who_of(cast.alice), name="ci", words="", role=role)
    assert add(ci, line_of(), by=cast.alice).user == ci
    with pytest.raises(NotPermitted):
        add(ci, line_of(), "mine", by=cast.bob)


def test_use_and_revocation_have_words_of_their_own(
    cast: Cast, add: Any, who_of: Any, entries: Any
) -> None:
    key = add(cast.bob, line_of())
    token_actions.note_use(key, who_of(cast.bob))
    token_actions.revoke(cast.bob, who_of(cast.bob), token=key)
    token_actions.note_refusal(who_of(cast.bob), key, "revoked")
    assert [entry.kind for entry in entries("key.use")] == ["event", "refusal"]
    assert len(entries("key.revoke")) == 1
    assert not entries("token.use")

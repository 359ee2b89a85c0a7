"""Keys: made, pasted, shown."""

import subprocess
from pathlib import Path

import pytest

from hosts.link import keys
from hosts.link.errors import LinkError


def keygen(folder: Path, *options: str) -> tuple[str, str]:
    file = folder / "key"
    # one round for the passphrase: slow on purpose tells tests nothing
    words = ["ssh-keygen", "-q", "-C", "", "-a", "1", "-f", str(file), *options]
    subprocess.run(words, check=True)
    return file.read_text(), Path(f"{file}.pub").read_text()


def test_a_made_key_is_one_that_openssh_reads(tmp_path: Path) -> None:
    key = keys.generate("haulout of berta")
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_bytes(keys.export_private(key))
    public = subprocess.run(
        ["ssh-keygen", "-y", "-f", file], check=True, capture_output=True, text=True
    ).stdout
    assert public.strip() == keys.public_line(key)
    assert public.startswith("ssh-ed25519 ")


def test_the_fingerprint_is_the_one_that_openssh_shows(tmp_path: Path) -> None:
    _, public = keygen(tmp_path, "-t", "ed25519", "-N", "")
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], check=True, capture_output=True, text=True
    ).stdout.split()[1]
    assert keys.fingerprint(public) == shown
    assert keys.fingerprint(f"[10.0.0.1]:2222 {public}") == shown


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa", "ecdsa"])
def test_openssh_keys_can_be_pasted(tmp_path: Path, algorithm: str) -> None:
    private, public = keygen(tmp_path, "-t", algorithm, "-N", "")
    for pasted in (private, private.replace("\n", "\r\n"), f"\n  {private}\n\n", private.encode()):
        key = keys.parse_private(pasted)
        assert keys.canonical_line(key) == " ".join(public.split()[:2])


LOCKED = ("", "kiss the seals ö")
FORMS = [
    ("-t", "ed25519"),
    ("-t", "rsa"),
    ("-t", "rsa", "-m", "PEM"),
    ("-t", "rsa", "-m", "PKCS8"),
    ("-t", "ecdsa", "-m", "PEM"),
    ("-t", "ecdsa", "-b", "521", "-m", "PKCS8"),
]


@pytest.mark.parametrize("passphrase", LOCKED)
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_read_with_its_passphrase_and_kept_without(
    tmp_path: Path, form: tuple[str, ...], passphrase: str
) -> None:
    private, public = keygen(tmp_path, *form, "-N", passphrase)
    key = keys.parse_private(private, passphrase)
    assert keys.canonical_line(key) == " ".join(public.split()[:2])
    again = keys.parse_private(keys.export_private(key))
    assert keys.canonical_line(again) == keys.canonical_line(key)


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_passphrase_is_told_and_never_quoted(tmp_path: Path, form: tuple[str, ...]) -> None:
    private, _ = keygen(tmp_path, *form, "-N", "right one")
    with pytest.raises(LinkError) as caught:
        keys.parse_private(private, "wrong one")
    assert caught.value.kind == "key-passphrase"
    assert "does not open" in caught.value.cause
    assert "wrong one" not in str(caught.value)


def test_a_passphrase_for_a_key_that_has_none_does_no_harm(tmp_path: Path) -> None:
    private, _ = keygen(tmp_path, "-t", "rsa", "-m", "PEM", "-N", "")
    keys.parse_private(private, "needless")


@pytest.mark.parametrize(
    ("options", "half", "kind"),
    [
        (("-t", "ed25519", "-N", "secret"), 0, "key-passphrase"),
        (("-t", "rsa", "-m", "PEM", "-N", "secret"), 0, "key-passphrase"),
        (("-t", "rsa", "-m", "PKCS8", "-N", "secret"), 0, "key-passphrase"),
        (("-t", "ed25519", "-N", ""), 1, "key-public"),
    ],
)
def test_what_cannot_be_used_says_what_it_is(
    tmp_path: Path, options: tuple[str, ...], half: int, kind: str
) -> None:
    pasted = keygen(tmp_path, *options)[half]
    with pytest.raises(LinkError) as caught:
        keys.parse_private(pasted)
    assert caught.value.kind == kind
    assert caught.value.cure
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "pasted", ["", "hello", "ö" * 50, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", b"\xff\xfe\x00"]
)
def test_garbage_is_called_so(pasted: str | bytes) -> None:
    with pytest.raises(LinkError) as caught:
        keys.parse_private(pasted)
    assert caught.value.kind == "key-garbage"


def test_half_a_key_is_not_taken(tmp_path: Path) -> None:
    private, _ = keygen(tmp_path, "-t", "ed25519", "-N", "")
    lines = private.splitlines()
    with pytest.raises(LinkError):
        keys.parse_private("\n".join([*lines[:3], lines[-1]]))


def test_a_putty_key_is_known_by_its_name() -> None:
    with pytest.raises(LinkError) as caught:
        keys.parse_private("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n")
    assert caught.value.kind == "key-form"
    assert "puttygen" in caught.value.cure


@pytest.mark.parametrize("line", ["", "x", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 é"])
def test_a_broken_public_line_is_an_error_of_ours(line: str) -> None:
    with pytest.raises(LinkError) as caught:
        keys.fingerprint(line)
    assert caught.value.kind == "key-garbage"


def test_each_form_says_what_it_permits() -> None:
    line = keys.public_line(keys.generate())
    forms = keys.authorized_forms(line)
    assert [form.line for form in forms] == [
        line,
        f'restrict,port-forwarding,command="/bin/false" {line}',
        f'restrict,command="podman system dial-stdio" {line}',
    ]
    assert "TCP" in forms[1].permits

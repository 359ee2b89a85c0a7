"""The vault: opens for its purpose, with its key, outside of web; every other way is refused."""

import stat
from pathlib import Path

import pytest

from hosts import vault

CANARY = b"canary-8c1f5d-ssh-private-key"


@pytest.fixture
def keys(tmp_path: Path, settings) -> Path:
    folder = tmp_path / "keys"
    vault.make_keys(folder)
    settings.HAULOUT_VAULT_KEY_FILE = folder / "vault.key"
    settings.HAULOUT_VAULT_PUBLIC_KEY_FILE = folder / "vault.pub"
    settings.HAULOUT_PROCESS = "worker"
    return folder


@pytest.mark.parametrize("data", [b"", CANARY, bytes(range(256)) * 4096])
def test_opens_what_it_sealed(keys: Path, data: bytes) -> None:
    assert vault.open_sealed(vault.seal(data, "job"), "job") == data


def test_two_seals_of_one_secret_differ_and_show_nothing(keys: Path) -> None:
    one, two = vault.seal(CANARY, "job"), vault.seal(CANARY, "job")
    assert one != two
    assert CANARY not in one
    assert b"job" not in one


def test_opens_for_its_purpose_only(keys: Path) -> None:
    with pytest.raises(vault.WrongPurpose) as caught:
        vault.open_sealed(vault.seal(CANARY, "registry"), "ssh-key")
    assert CANARY.decode() not in str(caught.value)


def test_a_purpose_is_no_prefix_of_the_data(keys: Path) -> None:
    sealed = vault.seal(b"bc", "a")
    with pytest.raises(vault.WrongPurpose):
        vault.open_sealed(sealed, "ab")


@pytest.mark.parametrize("process", ["web", "gate"])
def test_web_and_gate_seal_but_never_open(keys: Path, settings, process: str) -> None:
    settings.HAULOUT_PROCESS = process
    sealed = vault.seal(CANARY, "job")
    with pytest.raises(vault.VaultClosed):
        vault.open_sealed(sealed, "job")


def test_seals_without_the_private_key(keys: Path) -> None:
    private = (keys / "vault.key").read_text()
    (keys / "vault.key").unlink()
    sealed = vault.seal(CANARY, "job")
    with pytest.raises(vault.NoKey):
        vault.open_sealed(sealed, "job")
    (keys / "vault.key").write_text(private)
    assert vault.open_sealed(sealed, "job") == CANARY


def test_another_key_is_told_from_damage(keys: Path, tmp_path: Path, settings) -> None:
    sealed = vault.seal(CANARY, "job")
    vault.make_keys(tmp_path / "other")
    settings.HAULOUT_VAULT_KEY_FILE = tmp_path / "other" / "vault.key"
    with pytest.raises(vault.WrongKey):
        vault.open_sealed(sealed, "job")


def test_every_changed_or_missing_byte_is_noticed(keys: Path) -> None:
    sealed = vault.seal(b"x" * 20, "job")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(vault.DamagedSeal if place == 0 or place > 8 else vault.WrongKey):
            vault.open_sealed(bytes(changed), "job")
    for length in range(len(sealed)):
        with pytest.raises(vault.DamagedSeal):
            vault.open_sealed(sealed[:length], "job")


@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"ab" * 16, b"\xff\xfe"])
def test_a_spoilt_key_file_is_named_and_not_quoted(keys: Path, content: bytes) -> None:
    sealed = vault.seal(CANARY, "job")
    (keys / "vault.key").write_bytes(content)
    with pytest.raises(vault.NoKey, match=r"vault\.key") as caught:
        vault.open_sealed(sealed, "job")
    assert "zz" not in str(caught.value)


def test_making_keys_again_changes_nothing(keys: Path) -> None:
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    vault.make_keys(keys)
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before
    assert sorted(before) == ["vault.key", "vault.pub"]


def test_keys_are_for_the_owner_alone(keys: Path) -> None:
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}


def test_a_lost_public_half_is_made_from_the_key(keys: Path) -> None:
    sealed = vault.seal(CANARY, "job")
    public = (keys / "vault.pub").read_bytes()
    (keys / "vault.pub").unlink()
    vault.make_keys(keys)
    assert (keys / "vault.pub").read_bytes() == public
    assert vault.open_sealed(sealed, "job") == CANARY


def test_a_key_that_is_kept_apart_moves_there_once(keys: Path, tmp_path: Path, settings) -> None:
    sealed = vault.seal(CANARY, "job")
    apart = tmp_path / "apart" / "vault.key"
    for _again in range(2):
        vault.make_keys(keys, apart)
        assert sorted(path.name for path in keys.iterdir()) == ["vault.pub"]
    assert stat.S_IMODE(apart.stat().st_mode) == 0o600
    settings.HAULOUT_VAULT_KEY_FILE = apart
    assert vault.open_sealed(sealed, "job") == CANARY
    # the web process beside it, which is not told where: it makes no key that opens nothing
    vault.make_keys(keys)
    assert sorted(path.name for path in keys.iterdir()) == ["vault.pub"]


def test_of_two_keys_none_is_chosen(keys: Path, tmp_path: Path) -> None:
    vault.make_keys(tmp_path / "other")
    with pytest.raises(vault.WrongKey, match="two keys"):
        vault.make_keys(keys, tmp_path / "other" / "vault.key")
    assert (keys / "vault.key").exists()


@pytest.mark.parametrize("purpose", ["", "x" * 256])
def test_a_purpose_that_does_not_fit_is_refused(keys: Path, purpose: str) -> None:
    with pytest.raises(ValueError, match="purpose"):
        vault.seal(CANARY, purpose)

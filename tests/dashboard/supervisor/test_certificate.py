"""Our own certificate is kept while it serves, and made anew when a name is missing."""

import stat
from pathlib import Path

from cryptography import x509

from dashboard.supervisor import certificate


def test_made_once_and_kept(tmp_path: Path) -> None:
    first = certificate.ensure(tmp_path, ["localhost", "127.0.0.1", "198.51.100.2"])
    again = certificate.ensure(tmp_path, ["localhost", "127.0.0.1"])
    assert (first.made_now, again.made_now) == (True, False)
    assert again.fingerprint == first.fingerprint
    assert stat.S_IMODE(first.key.stat().st_mode) == 0o600


def test_made_anew_for_a_new_address(tmp_path: Path) -> None:
    first = certificate.ensure(tmp_path, ["198.51.100.2"])
    again = certificate.ensure(tmp_path, ["198.51.100.3"])
    assert again.fingerprint != first.fingerprint
    found = x509.load_pem_x509_certificate(again.chain.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["198.51.100.3"]


def test_a_torn_file_is_made_anew(tmp_path: Path) -> None:
    certificate.ensure(tmp_path, ["localhost"])
    (tmp_path / "web.crt").write_text("half")
    assert certificate.ensure(tmp_path, ["localhost"]).made_now

"""Host keys from a known_hosts file, with hashed names and ports. Ignores other kinds of lines."""

import asyncssh
from django.utils.translation import gettext as _

from hosts.link.keys import canonical_line, fingerprint
from hosts.link.messages import HostKey
from hosts.link.scan import HOST_KEY_ALGORITHMS
from hosts.refusals import FieldRefusal


class KnownHosts:
    """A known_hosts file. FieldRefusal("known_hosts", …) if it cannot be read."""

    def __init__(self, text: str) -> None:
        try:
            self._known = asyncssh.import_known_hosts(text)
        except (ValueError, asyncssh.KeyImportError) as exc:
            raise FieldRefusal(
                "known_hosts", _("This is not a known_hosts file: %s.") % exc
            ) from exc

    def key_of(self, address: str, port: int) -> HostKey | None:
        """The best key of a host in the file. None if it has none or revokes it."""
        # a host name can only match by name
        trusted, _authorities, revoked, *_rest = self._known.match(address, "", port)
        lines = [canonical_line(key) for key in trusted if key not in revoked]
        by_kind = {line.split()[0]: line for line in reversed(lines)}
        # files name RSA keys ssh-rsa, whatever the signature type
        for kind in (*HOST_KEY_ALGORITHMS, "ssh-rsa"):
            if kind in by_kind:
                line = by_kind[kind]
                return HostKey(kind, fingerprint(line), line)
        return None

"""The OpenID providers in the file HAULOUT_OIDC_FILE (TOML). It is read again when it changes.

Who edits it decides who signs in, also as administrator. So it belongs to the machine's owner, and no page
changes it. A file with any mistake names no provider.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.verbs import ADMIN

JOIN = ("existing", "invited", "domain")
SECOND_FACTOR = ("here", "provider")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class ProviderFileError(Exception):
    """The providers' file cannot be used. The text says where and why."""


@dataclass(frozen=True)
class Provider:
    """One table of the file. `teams`: team names by group. `roles`: a role name by group."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    groups_claim: str
    ca_file: str
    join: str
    domains: tuple[str, ...]
    role: str
    second_factor: str
    teams: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, str]


_read: tuple[object, tuple[Provider, ...] | ProviderFileError] = (None, ())


def providers() -> tuple[Provider, ...]:
    """The providers in the file's order. None without a file. ProviderFileError."""
    global _read
    path = settings.HAULOUT_OIDC_FILE
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ProviderFileError(f"{path}: {error.strerror}") from error
    stamp = (path, found.st_mtime_ns, found.st_size, found.st_mode)
    if _read[0] != stamp:
        try:
            _read = (stamp, read(path))
        except ProviderFileError as wrong:
            _read = (stamp, wrong)
    if isinstance(_read[1], ProviderFileError):
        raise _read[1]
    return _read[1]


def get_provider(name: str) -> Provider | None:
    """The provider with this id. ProviderFileError."""
    return next((one for one in providers() if one.id == name), None)


def read(path: Path) -> tuple[Provider, ...]:
    """The file's providers. ProviderFileError with the place of the mistake."""
    try:
        data = tomllib.loads(path.read_text())
        open_to_all = path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProviderFileError(f"{path}: {error}") from error
    if set(data) - {"provider"}:
        raise ProviderFileError(f"{path}: only [[provider]] tables belong here, not {min(data)!r}")
    tables = data.get("provider", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ProviderFileError(f"{path}: write each provider as a table [[provider]]")
    found = tuple(_Table(path, number, table).provider() for number, table in enumerate(tables, 1))
    if len({one.id for one in found}) < len(found):
        raise ProviderFileError(_("%(path)s: two providers have the same id") % {"path": path})
    if open_to_all and any("client_secret" in table for table in tables):
        words = _("%(path)s holds a secret, and other users can read it: chmod 600 %(path)s")
        raise ProviderFileError(words % {"path": path})
    return found


class _Table:
    """Reads a provider's table. Unknown keys are refused by name."""

    def __init__(self, path: Path, number: int, table: Mapping[str, Any]) -> None:
        self.path, self.table = path, dict(table)
        self.where = f"{path}: provider {table.get('id') or number}"

    def provider(self) -> Provider:
        made = Provider(
            id=self._text("id"),
            name=self._text("name"),
            issuer=self._text("issuer"),
            client_id=self._text("client_id"),
            client_secret=self._secret(),
            scopes=self._texts("scopes", ("openid", "email", "profile")),
            groups_claim=self._text("groups_claim", "groups"),
            ca_file=self._text("ca_file", ""),
            join=self._choice("join", JOIN),
            domains=tuple(one.lower() for one in self._texts("domains", ())),
            role=self._text("role", "member"),
            second_factor=self._choice("second_factor", SECOND_FACTOR),
            teams={group: self._names(group, value) for group, value in self._map("teams").items()},
            roles={group: self._name(group, value) for group, value in self._map("roles").items()},
        )
        if self.table:
            self._wrong(_("%(key)s is not a setting"), min(self.table))
        if not _ID.fullmatch(made.id):
            self._wrong(_("%(key)s: use lower-case letters, digits and hyphens"), "id")
        parts = urlsplit(made.issuer)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
            self._wrong(_("%(key)s must be an https address"), "issuer")
        if "openid" not in made.scopes:
            self._wrong(_("%(key)s must contain openid"), "scopes")
        if made.role == ADMIN:
            self._wrong(_("%(key)s: only [provider.roles] can make administrators"), "role")
        if (made.join == "domain") != bool(made.domains):
            self._wrong(
                _('%(key)s is only for join = "domain", which also needs it: %(key)s'), "domains"
            )
        return made

    def _wrong(self, words: str, key: str) -> None:
        raise ProviderFileError(f"{self.where}: {words % {'key': key}}")

    def _text(self, key: str, default: str | None = None) -> str:
        return self._name(key, self.table.pop(key, default), empty=default == "")

    def _name(self, key: str, value: object, *, empty: bool = False) -> str:
        if not isinstance(value, str) or not (value or empty):
            self._wrong(_("%(key)s must be a string"), key)
        return str(value)

    def _texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        return self._names(key, self.table.pop(key, list(default)))

    def _names(self, key: str, value: object) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(one and isinstance(one, str) for one in listed):
            self._wrong(_("%(key)s must be a list of strings"), key)
            return ()
        return tuple(listed)

    def _choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self._text(key, choices[0])
        if value not in choices:
            self._wrong(f"%(key)s: {' | '.join(choices)}", key)
        return value

    def _map(self, key: str) -> dict[str, Any]:
        value = self.table.pop(key, {})
        if not isinstance(value, dict):
            self._wrong(_("%(key)s must be a table"), key)
        return dict(value)

    def _secret(self) -> str:
        if "client_secret_file" not in self.table:
            return self._text("client_secret", "")
        path = Path(self._text("client_secret_file"))
        try:
            return (self.path.parent / path).read_text().strip()
        except OSError as error:
            raise ProviderFileError(f"{self.where}: {path}: {error.strerror}") from error

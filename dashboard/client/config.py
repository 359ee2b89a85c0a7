"""Where Haulout is and with which token: from the environment, else from the file that `login` writes."""

from __future__ import annotations

import json
import os

from .failure import NOT_SIGNED_IN, Failure


class Login:
    """`url` without a path, the token, and the file of a private certificate authority or ""."""

    def __init__(self, url: str, token: str, ca: str = "") -> None:
        self.url, self.token, self.ca = url, token, ca


def path() -> str:
    """The file: ~/.config/haulout/login.json."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "haulout", "login.json")


def load(ca: str = "") -> Login:
    """What is known. Failure where nobody has signed in."""
    saved = _read()
    environ = os.environ
    url = environ.get("HAULOUT_URL") or saved.get("url", "")
    token = environ.get("HAULOUT_TOKEN", "")
    if not token and url == saved.get("url", ""):
        # never to another address than the one it was given for
        token = saved.get("token", "")
    if not url or not token:
        raise Failure(
            "You are not signed in.",
            "Sign in: haulout login https://haulout.example.org\n"
            "Or set HAULOUT_URL and HAULOUT_TOKEN.",
            NOT_SIGNED_IN,
        )
    return Login(url, token, ca or environ.get("HAULOUT_CA") or saved.get("ca", ""))


def save(login: Login) -> str:
    """Write the file, which nobody else can read; its path."""
    place = path()
    folder = os.path.dirname(place)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    new = f"{place}.new"
    if os.path.exists(new):
        os.unlink(new)
    opened = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        json.dump({"url": login.url, "token": login.token, "ca": login.ca}, file)
    os.replace(new, place)
    return place


def forget() -> bool:
    """Remove the file; whether there was one."""
    try:
        os.unlink(path())
    except FileNotFoundError:
        return False
    return True


def _read() -> dict[str, str]:
    place = path()
    try:
        with open(place) as file:
            found = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        cure = f"Sign in again: haulout login (it writes {place} anew)"
        raise Failure(f"{place} cannot be read: {error}", cure, NOT_SIGNED_IN) from error
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}

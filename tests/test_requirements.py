"""What is required is used: imported by us, named in the settings, or asked for by a library where we
need it.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
OWN = ("manage.py", "dashboard", "hosts", "accounts", "audit")
_LINE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([a-z0-9,]+)\])?", re.MULTILINE)
_DOTTED = re.compile(r"[a-z]\w*(?:\.\w+)*")
# what a library imports by itself: the module of it that does
BY_OTHERS = {
    # hashes of passwords: settings.PASSWORD_HASHERS
    "argon2": "django.contrib.auth.hashers",
    # SSH keys with a passphrase
    "bcrypt": "asyncssh.public_key",
    # DATABASE_URL=postgres://…
    "psycopg": "django.db.backends.postgresql.psycopg_any",
}
# an extra and the module by whose use it is one of ours
EXTRAS = {
    ("django-allauth", "mfa"): "allauth.mfa",
    ("PyJWT", "crypto"): "jwt",
    ("psycopg", "binary"): "psycopg",
}


def required() -> list[tuple[str, list[str]]]:
    """(package, its extras) of requirements.in."""
    lines = (CHECKOUT / "requirements.in").read_text()
    return [(name, extras.split(",") if extras else []) for name, extras in _LINE.findall(lines)]


def modules_of(package: str) -> set[str]:
    """The names by which a package is imported."""
    tops = {file.parts[0] for file in distribution(package).files or []}
    return {top.removesuffix(".py") for top in tops if re.fullmatch(r"\w+(\.py)?", top)}


def used() -> Iterator[str]:
    """Every module that our code imports, and every one that the settings name."""
    for top in OWN:
        place = CHECKOUT / top
        for path in [place] if place.is_file() else place.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    yield node.module or ""
                    yield from (f"{node.module}.{alias.name}" for alias in node.names)
                elif isinstance(node, ast.Call) and ast.unparse(node.func) == "files":
                    # of importlib.resources: what lies in a package
                    yield from (str(getattr(one, "value", "")) for one in node.args)
    for node in ast.walk(ast.parse((CHECKOUT / "dashboard" / "settings.py").read_text())):
        if isinstance(node, ast.Constant) and _DOTTED.fullmatch(str(node.value)):
            yield str(node.value)


USED = frozenset(used())


def is_used(module: str) -> bool:
    if any(name == module or name.startswith(f"{module}.") for name in USED):
        return True
    if module not in BY_OTHERS:
        return False
    spec = importlib.util.find_spec(BY_OTHERS[module])
    assert spec is not None
    assert spec.origin is not None
    asks = rf"\b(import|from) {module}\b|library = [\"']{module}[\"']"
    return bool(re.search(asks, Path(spec.origin).read_text()))


@pytest.mark.parametrize("package", [name for name, _extras in required()])
def test_every_requirement_is_used(package: str) -> None:
    assert any(is_used(module) for module in modules_of(package))


@pytest.mark.parametrize("extra", [(name, one) for name, extras in required() for one in extras])
def test_every_extra_is_used(extra: tuple[str, str]) -> None:
    assert is_used(EXTRAS[extra])


def test_what_nothing_imports_is_seen() -> None:
    assert not is_used("apprise")
    assert not is_used("allauth.socialaccount")


def test_what_goes_straight_into_the_code_is_required_by_name() -> None:
    """Not as something that another requirement happens to bring."""
    ours = {module for name, _extras in required() for module in modules_of(name)}
    # Django's, Celery's, Daphne's, Ninja's, allauth's, aiohttp's: they could not do without
    brought = {"asgiref", "kombu", "twisted", "OpenSSL", "pydantic", "fido2", "yarl"}
    strange = {
        top
        for name in USED
        if (top := name.partition(".")[0])
        and top not in ours | brought
        and (spec := importlib.util.find_spec(top))
        and "site-packages" in str(spec.origin)
    }
    assert strange == set()

"""Whatever the link says of a host, the face has a sentence for it; other programs' words stay."""

import ast
from collections.abc import Iterator

import pytest
from django.utils import translation

from dashboard.furniture import link_words as told_room
from dashboard.furniture.link_words import is_known, link_text
from dashboard.furniture.link_words.causes import CAUSES
from dashboard.furniture.link_words.cures import CURES
from hosts.link.errors import KINDS
from tests.stack import CHECKOUT

LINK = CHECKOUT / "hosts/link"
# whose first argument becomes a cause or a detail, with what they add behind it
MAKERS = {
    "host_key_changed": " No login was tried.",
    "_other": "",
    "_unresolved": "",
    "Unknown": "",
    "_unknown": "",
}
# not about a host: answers of the control socket to a request of ours
OURS = {"server.py"}


def sentences(node: ast.expr) -> list[str]:
    """What an expression can read as; a value is a sample. Empty: it is made elsewhere."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            values = (
                [str(part.value)] if isinstance(part, ast.Constant) else samples(part)  # type: ignore[arg-type]
            )
            found = [begun + value for begun in found for value in values]
        return found
    if isinstance(node, ast.IfExp):
        return sentences(node.body) + sentences(node.orelse)
    return []


def samples(part: ast.FormattedValue) -> list[str]:
    value = part.value
    if isinstance(value, ast.BoolOp):
        return [text for one in value.values for text in (sentences(one) or ["sample"])]
    return sentences(value) or ["sample"]


def all_said() -> Iterator[tuple[str, str]]:
    for path in sorted(LINK.rglob("*.py")):
        if path.name in OURS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                for text in said_by(node):
                    yield f"{path.name}:{node.lineno}", text


def said_by(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    for keyword in call.keywords:
        if keyword.arg in ("cause", "cure"):
            yield from sentences(keyword.value)
    if name in MAKERS:
        wanted = call.args[1] if name == "_unresolved" else call.args[0]
        for text in sentences(wanted):
            yield text + MAKERS[name]
    if name == "Standing":
        for argument in call.args[2:]:
            yield from sentences(argument)


def test_there_is_a_sentence_for_all_that_the_link_says() -> None:
    said = list(all_said())
    assert len(said) > 120
    # a bare command is the same in every language; so is the sample of a sentence made elsewhere
    unknown = [
        f"{where} {text}"
        for where, text in said
        if text and not text[0].islower() and not is_known(text)
    ]
    assert not unknown, "\n".join(unknown)


def test_every_kind_has_a_cause() -> None:
    assert set(KINDS) <= set(CAUSES)
    assert set(CURES) <= set(CAUSES)


@pytest.mark.parametrize(
    ("text", "reads", "words"),
    [
        (
            "There is no route to 10.0.0.7: No route to host.",
            "There is no route to 10.0.0.7.",
            "No route to host",
        ),
        (
            "At the jump host root@bastion: The SSH server closed the connection before the login"
            " (Broken pipe).",
            "At the jump host root@bastion: The SSH server closed the connection before the login.",
            "Broken pipe",
        ),
        ("Nothing listens on ::1 port 2222.", "Nothing listens on ::1 port 2222.", ""),
        ("A sentence of nobody.", "A sentence of nobody.", ""),
        ("", "", ""),
    ],
)
def test_the_words_of_others_stand_beside_it(text: str, reads: str, words: str) -> None:
    found = link_text(text)
    assert (found.text, found.words) == (reads, words)


def test_it_is_told_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue is the lowest seam: sentence and values are looked up in it, in their order."""
    german = {
        "Nothing listens on %(ip)s port %(port)s.": "An Port %(port)s von %(ip)s horcht niemand.",
        "The host's clock is %(seconds)s s %(way)s.": "Die Uhr geht %(seconds)s s %(way)s.",
        "ahead": "vor",
    }
    monkeypatch.setattr(told_room, "gettext", lambda text: german.get(text, text))
    with translation.override("de"):
        assert link_text("Nothing listens on 10.0.0.7 port 22.").text == (
            "An Port 22 von 10.0.0.7 horcht niemand."
        )
        assert link_text("The host's clock is 90 s ahead.").text == "Die Uhr geht 90 s vor."

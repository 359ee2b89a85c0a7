"""`access explain PERSON OBJECT`: what somebody may do with something and through what, as plain data.

What is printed is what the page says; the console sees everything there is.
"""

from typing import Any

from accounts.models import User
from dashboard.pages.explain.subject import subject_of
from dashboard.person import console_person
from hosts.access import NotVisible, Person
from hosts.access.explain import Answer, Through, explain, sees


def explained(user: User, where: str) -> dict[str, Any] | None:
    """`where`: "" for the site, "web1", "web1/shop-web", "web1/ada" for a rootless user's Podman.

    None where there is nothing of this name. `verbs`: all that have a meaning there.
    """
    console = console_person()
    try:
        subject = subject_of(console, {"where": where})
    except NotVisible:
        return None
    person = Person(user, console.who)
    answers = explain(person, subject.place, subject.row)
    return {
        "person": str(user),
        "active": user.is_active,
        "what": subject.name,
        "sees": sees(person, subject.place, subject.row),
        "verbs": [_plain(answer) for answer in answers],
    }


def lines(told: dict[str, Any]) -> list[str]:
    """The same to read: one line a verb, what is permitted first."""
    shown = sorted(told["verbs"], key=lambda verb: not verb["allowed"])
    return [
        f"{'yes' if verb['allowed'] else 'part' if verb['through'] else 'no':4} {verb['verb']:24}"
        f" {'; '.join(_words(one) for one in verb['through'])}".rstrip()
        for verb in shown
    ]


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "verb": answer.verb.name,
        "allowed": answer.allowed,
        "sensitive": answer.verb.sensitive,
        "through": [_through(one) for one in answer.through],
    }


def _through(one: Through) -> dict[str, Any]:
    return {
        "role": one.role,
        "grant": one.grant_id,
        "team": one.team,
        "where": one.place,
        "only": one.narrowed,
        "until": one.until.isoformat() if one.until else None,
        "part_of_the_host": one.part,
    }


def _words(one: dict[str, Any]) -> str:
    if one["grant"] is None:
        return f"own role {one['role']}"
    told = f"grant {one['grant']}: {one['role']} on {one['where'] or 'everything'}"
    for name, word in (("only", "for"), ("team", "through team"), ("until", "until")):
        if one[name]:
            told += f" {word} {one[name]}"
    return told

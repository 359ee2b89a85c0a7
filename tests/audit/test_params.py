"""Parameters: what is listed is kept, what is not is hashed; a canary is found nowhere."""

import pytest

from audit import write
from audit.models import Entry
from audit.params import Secret, allow, hash_value
from audit.shapes import Target, Who

CANARY = "canary-5f0c2a-hunter2"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "params",
    [
        {"env": {"PASSWORD": CANARY}},
        {"env": [f"PASSWORD={CANARY}"]},
        {"password": CANARY},
        {"image": Secret(CANARY)},
        {"images": [Secret(CANARY), "nginx"]},
        {"command": ["sh", "-c", CANARY]},
        {"before": {"password": CANARY}, "after": {"spec": {"env": {"A": CANARY}}}},
        {"labels": {"a": CANARY}},
        {"name": CANARY.encode()},
        {"yaml": f"a: {CANARY}"},
        {"names": [{"x": CANARY}]},
        {"names": [[[[[[CANARY]]]]]]},
        {"options": {"nested": {"deep": [Secret(CANARY)]}}},
        {"made up": (CANARY,)},
        {"filters": {"label": Secret(CANARY)}},
    ],
)
def test_no_road_leads_a_secret_into_an_entry(alice: Who, web: Target, params: dict) -> None:
    number = write.intent(alice, "container.run", web, params=params)
    write.outcome(number, "ok")
    for row in Entry.objects.values_list():
        assert CANARY not in "".join(
            bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)
            for cell in row
        )


def test_a_secret_does_not_tell_itself() -> None:
    assert CANARY not in repr(Secret(CANARY))


def test_equal_secrets_are_seen_to_be_equal() -> None:
    assert hash_value(CANARY) == hash_value(Secret(CANARY)) == hash_value(CANARY.encode())
    assert hash_value(CANARY) != hash_value(CANARY + "x")
    assert hash_value(None) is None


@pytest.mark.django_db
def test_names_of_variables_are_kept(alice: Who, web: Target) -> None:
    number = write.intent(alice, "container.run", web, params={"env": {"PASSWORD": CANARY}})
    assert list(Entry.objects.get(pk=number).params["env"]) == ["PASSWORD"]


@pytest.mark.django_db
def test_plain_values_are_kept(alice: Who, web: Target) -> None:
    given = {
        "image": "docker.io/library/nginx:1",
        "force": True,
        "ports": [8080, "443/tcp"],
        "size_bytes": 2**70,
        "before": {"role": "viewer"},
        "after": {"role": "admin"},
        "filters": {"until": "24h"},
        "name": None,
    }
    number = write.intent(alice, "container.run", web, params=given)
    assert Entry.objects.get(pk=number).params == {**given, "size_bytes": str(2**70)}


@pytest.mark.django_db
def test_a_verb_may_allow_a_name_of_its_own(alice: Who, web: Target) -> None:
    allow("x.audited", "colour")
    kept = Entry.objects.get(pk=write.event(alice, "x.audited", web, params={"colour": "blue"}))
    other = Entry.objects.get(pk=write.event(alice, "x.other", web, params={"colour": "blue"}))
    assert kept.params == {"colour": "blue"}
    assert set(other.params["colour"]) == {"keyed_hash"}


@pytest.mark.django_db
def test_long_lists_are_cut_and_say_so(alice: Who, web: Target) -> None:
    number = write.event(alice, "x.y", web, params={"ids": list(range(500))})
    ids = Entry.objects.get(pk=number).params["ids"]
    assert len(ids) == 201
    assert ids[-1] == "… 300"

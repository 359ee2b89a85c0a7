"""A narrowed grant concerns the same containers in Python and in SQL, whatever a host calls them."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hosts.access import Narrowing, NewContainer
from hosts.models import Container
from tests import make

# what a host may send, and a database store: anything but NUL and halves of surrogate pairs
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ODD = st.sampled_from(
    ["app", "APP", "0", "-1", "a.b", 'a"b', "a\\b", "$", "[0]", "a'b", "%", "_", "", " ", "ä", "\n"]
)
KEYS = ODD | TEXT
NAMES = st.text(st.sampled_from("abB*?.+()[]{}\\^$|-_ #&~\n\t'\"ä%"), max_size=8)


def both(narrowing: Narrowing, *, name: str, labels: dict[str, str]) -> tuple[bool, bool]:
    """(as Python sees it, as the database does)."""
    Container.objects.update(name=name, labels=labels)
    thing = NewContainer(name, labels)
    return narrowing.fits(thing), Container.objects.filter(narrowing.condition()).exists()


@pytest.fixture
def container(db: None) -> None:
    now = timezone.now()
    endpoint = make.registered().endpoints.get()
    kept: dict[str, Any] = {"digest": "", "seen_at": now, "changed_at": now}
    make.container(endpoint, "shop", podman_id="c1", **kept)


KEPT = settings(
    max_examples=150,
    deadline=None,
    # the row is written anew by every example
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@KEPT
@given(key=KEYS, value=KEYS, asked_key=KEYS, asked_value=KEYS, same=st.integers(0, 3))
@example(key="0", value="shop", asked_key="", asked_value="", same=3)
@example(key='a"b', value="x", asked_key="", asked_value="", same=3)
@example(key="a\\b", value="x", asked_key="", asked_value="", same=3)
@example(key="a.b", value="x", asked_key="", asked_value="", same=3)
@example(key="app", value="", asked_key="", asked_value="", same=3)
@example(key="", value="shop", asked_key="", asked_value="", same=3)
@example(key="app", value="1", asked_key="app", asked_value="1", same=3)
@example(key="app", value="true", asked_key="app", asked_value="true", same=3)
def test_labels(
    container: None, key: str, value: str, asked_key: str, asked_value: str, same: int
) -> None:
    # equal parts are what chance would seldom bring
    asked = f"{key if same & 1 else asked_key}={value if same & 2 else asked_value}"
    here, there = both(Narrowing(label=asked), name="shop", labels={key: value, "other": "x"})
    assert here == there
    if same == 3 and key and "=" not in key:
        assert here


@KEPT
@given(key=KEYS, asked=KEYS)
@example(key="0", asked="0")
@example(key='a"b', asked='a"b')
def test_labels_of_any_value(container: None, key: str, asked: str) -> None:
    here, there = both(Narrowing(label=asked), name="shop", labels={key: "x"})
    assert here == there


@KEPT
@given(pattern=NAMES, name=NAMES)
@example(pattern="shop", name="shop\n")
@example(pattern="shop-*", name="shop-\n1")
@example(pattern="shop-?", name="shop-\n")
@example(pattern="sh.p", name="shop")
@example(pattern="shop*", name="SHOP1")
def test_names(container: None, pattern: str, name: str) -> None:
    here, there = both(Narrowing(names=pattern), name=name, labels={})
    assert here == there
    assert both(Narrowing(names="*"), name=name, labels={}) == (True, True)


@pytest.mark.parametrize(
    ("narrowing", "fits"),
    [
        (Narrowing(label="app"), True),
        (Narrowing(label="app=shop"), True),
        (Narrowing(label="app="), False),
        (Narrowing(label="=shop"), False),
        (Narrowing(label="App=shop"), False),
        (Narrowing(label="app=shop2"), False),
        (Narrowing(names="shop-*"), True),
        (Narrowing(names="shop-?"), True),
        (Narrowing(names="shop"), False),
        (Narrowing(names="*hop-1"), True),
        (Narrowing(names="Shop-*"), False),
        (Narrowing(label="app=shop", names="shop-*"), True),
        (Narrowing(label="app=shop", names="web-*"), False),
        (Narrowing(label="app=web", names="shop-*"), False),
    ],
)
def test_what_is_given_must_all_hold(container: None, narrowing: Narrowing, fits: bool) -> None:
    assert both(narrowing, name="shop-1", labels={"app": "shop"}) == (fits, fits)


def test_no_name_of_a_host_takes_long(container: None) -> None:
    # an expression would try three million places for the stars
    narrowing = Narrowing(names="*a*a*[b")
    assert both(narrowing, name="a" * 255, labels={}) == (False, False)
    assert both(narrowing, name="a" * 253 + "[b", labels={}) == (True, True)
    if connection.vendor == "sqlite":
        assert "REGEXP" not in str(Container.objects.filter(narrowing.condition()).query)


def test_its_words_are_those_of_a_filter() -> None:
    assert Narrowing("app=shop", "shop-*").words == "label:app=shop name:shop-*"
    assert Narrowing().words == ""

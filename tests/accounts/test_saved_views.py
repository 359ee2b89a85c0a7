"""Saved views: kept per person and list, one of them the default, others' stay theirs."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.saved_views import (
    MAX_QUERY,
    MOST,
    default_of,
    rename_view,
    save_view,
    set_default,
    views_of,
)


def names(user: Any, list_name: str = "containers") -> list[str]:
    return [view.name for view in views_of(user, list_name)]


def test_a_name_stands_for_one_view_of_a_list(cast: Any) -> None:
    save_view(cast.alice, "containers", name=" bad  ones ", query="q=state%3Afailed")
    save_view(cast.alice, "containers", name="bad ones", query="q=health%3Aunhealthy")
    save_view(cast.alice, "pods", name="bad ones", query="q=state%3Adegraded")
    save_view(cast.bob, "containers", name="bob's", query="q=x")
    assert names(cast.alice) == ["bad ones"]
    assert views_of(cast.alice, "containers").get().query == "q=health%3Aunhealthy"


def test_one_view_is_the_default(cast: Any) -> None:
    one = save_view(cast.alice, "containers", name="one", query="q=1")
    two = save_view(cast.alice, "containers", name="two", query="q=2")
    set_default(one, on=True)
    set_default(two, on=True)
    found = default_of(cast.alice, "containers")
    assert found == two
    assert default_of(cast.bob, "containers") is None
    set_default(two, on=False)
    assert default_of(cast.alice, "containers") is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_names_that_are_none(cast: Any, name: str) -> None:
    with pytest.raises(ValidationError):
        save_view(cast.alice, "containers", name=name, query="q=1")


def test_bounds_and_names_that_are_taken(cast: Any) -> None:
    for number in range(MOST):
        view = save_view(cast.alice, "containers", name=f"v{number}", query="q=1")
    with pytest.raises(ValidationError):
        save_view(cast.alice, "containers", name="one more", query="q=1")
    with pytest.raises(ValidationError):
        save_view(cast.alice, "containers", name="v1", query="x" * (MAX_QUERY + 1))
    with pytest.raises(ValidationError):
        rename_view(view, "v0")
    rename_view(view, "v49, renamed")
    assert "v49, renamed" in names(cast.alice)

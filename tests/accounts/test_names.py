"""Names that could be read as another's, as ours, or in another order than they were written are refused."""

import pytest
from django.core.exceptions import ValidationError

from accounts.names import check_name, name_of


@pytest.mark.parametrize(
    "name",
    [
        "Admin",
        "ADMINISTRATOR",
        "  admin ",
        "Ad min",
        "Аdmin",  # a Cyrillic А
        "Ádmin",
        "ａｄｍｉｎ",
        "adm1n",
        "root",
        "Haulout",
        "root at the console",
        "Ada at the console",
        "ada  AT THE  Console",
        "Ada\u202enoitartsinimda",
        "Ada\u2066x",
        "Ada\u200b",
        "Ad\u00ada",
        "Ada\nBob",
        "Ada\x00",
        "Ada\u2028Bob",
        "Ada\ufeff",
        "\U000e0041da",
        "Zоe",  # with a Cyrillic о
        "Z" + "\u0301" * 10 + "oe",
    ],
)
def test_these_are_no_names(name: str) -> None:
    with pytest.raises(ValidationError):
        check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Ada Lovelace",
        "Jean-Luc O’Neill",
        "José Ångström",
        "Nguyễn Thị Minh Khai",
        "Ольга Смирнова",
        "Ελένη",
        "李小龍",
        "محمد",
        "שרה",
        "Adminah",
        "Root Beer",
        "ops team 7",
        "ci@example.org",
        "Ada (Ольга)",
        "",
    ],
)
def test_these_are(name: str) -> None:
    check_name(name)


def test_a_name_for_whoever_gives_none() -> None:
    assert name_of("ada@example.org") == "ada"
    assert name_of("admin@example.org") == "admin@example.org"

"""Long names can break after slashes and colons, and stay unchanged when copied."""

import pytest

from dashboard.templatetags.breaks import breakable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("localhost/a:1", "localhost/<wbr>a:<wbr>1"),
        ("a", "a"),
        ("", ""),
        ("a//b:", "a//<wbr>b:"),
        ("<b>/&", "&lt;b&gt;/<wbr>&amp;"),
    ],
)
def test_breaks_are_put_in_and_the_rest_escaped(name: str, shown: str) -> None:
    assert breakable(name) == shown

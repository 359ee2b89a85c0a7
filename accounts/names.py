"""Checks people's names: none may look like another person's or like Haulout's own, or change the reading
order.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# control and format characters (bidi signs, joiners of no width, tags), surrogates, private use, line ends
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# names for Haulout itself in the log, and words for roles
_OURS = frozenset(
    {
        "admin",
        "administrator",
        "anonymous",
        "console",
        "everybody",
        "haulout",
        "nobody",
        "root",
        "somebody",
        "superuser",
        "sysadmin",
        "system",
        "unknown",
    }
)
_CONSOLE = re.compile(r"\bat the console\b")
# alphabets with letters that look alike
_ALIKE = ("LATIN", "CYRILLIC", "GREEK")
# more marks on one letter would hide its neighbours
_MOST_MARKS = 3


def check_name(name: str) -> None:
    """ValidationError unless it can be a person's name. The caller refuses an empty name."""
    if any(unicodedata.category(char) in _UNFIT for char in name):
        raise ValidationError(
            _(
                "A name may not have invisible characters or characters that change the reading "
                "direction."
            )
        )
    if re.search(f"{_MARK}{{{_MOST_MARKS + 1}}}", name):
        raise ValidationError(_("A name may have at most three marks on one letter."))
    if any(len(_scripts(word)) > 1 for word in re.findall(r"\w+", name)):
        raise ValidationError(
            _(
                "One word of the name mixes alphabets whose letters look alike: write it in one "
                "alphabet."
            )
        )
    plain = " ".join(_skeleton(name).split())
    if plain.replace(" ", "") in _OURS or _CONSOLE.search(plain):
        raise ValidationError(
            _("The audit log uses this name for Haulout itself or for a role: choose another name.")
        )


def name_of(email: str) -> str:
    """A name for a person who gave none: the part before the @, else the address."""
    before = email.partition("@")[0]
    try:
        check_name(before)
    except ValidationError:
        return email
    return before


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha())
    return {script for script in names if script in _ALIKE}


def _skeleton(name: str) -> str:
    """Lower-case letters and blanks, without marks. Letters that look Latin become Latin."""
    plain = unicodedata.normalize("NFKD", name.translate(_LOOKS)).casefold()
    return "".join(char if char.isalnum() else " " for char in plain if not _is_mark(char))


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


# Cyrillic and Greek letters, and digits, that are read as Latin ones
_LOOKS = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсухԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΧΥοαιν0135",
    "ABESIJKMHOPCTXYaesijopcyxdhlABEZHIKMNOPTXYoaivoies",
)
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"

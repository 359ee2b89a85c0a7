"""Views of lists that a person saved under a name. A view is the query string of an address.

Each belongs to one person. Read them only by `views_of` and `default_of`, so that shared views can be added
there.
"""

from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from accounts.models import User

MOST = 50
MAX_NAME = 60
MAX_QUERY = 1000


class SavedView(models.Model):
    """`list_name`: which list. `query`: the view's query string without "?"."""

    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="views")
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=MAX_NAME)
    query = models.CharField(max_length=MAX_QUERY)
    # shown when the list is opened without a view
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "list_name", "name"], name="view_name_once"),
            models.UniqueConstraint(
                fields=["owner", "list_name"],
                condition=models.Q(is_default=True),
                name="view_default_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def views_of(user: "User", list_name: str) -> models.QuerySet[SavedView]:
    """The person's views of a list, by name."""
    return SavedView.objects.filter(owner=user, list_name=list_name)


def default_of(user: "User", list_name: str) -> SavedView | None:
    """The view with which the list opens for this person, or None."""
    return views_of(user, list_name).filter(is_default=True).first()


def save_view(user: "User", list_name: str, *, name: str, query: str) -> SavedView:
    """Save a view under a name, replacing one of that name. ValidationError by field."""
    name = _tidy(name)
    if len(query) > MAX_QUERY:
        raise ValidationError({"name": _("The filter is too long to be saved.")})
    mine = views_of(user, list_name)
    if mine.exclude(name=name).count() >= MOST:
        words = _("A list has at most %(most)d views: remove one first.") % {"most": MOST}
        raise ValidationError({"name": words})
    view, _made = SavedView.objects.update_or_create(
        owner=user, list_name=list_name, name=name, defaults={"query": query}
    )
    return view


def rename_view(view: SavedView, name: str) -> None:
    """Rename the view. ValidationError where the list has a view of that name."""
    name = _tidy(name)
    others = SavedView.objects.filter(owner=view.owner_id, list_name=view.list_name, name=name)
    if others.exclude(pk=view.pk).exists():
        raise ValidationError({"name": _("You already have a view with that name.")})
    view.name = name
    view.save(update_fields=["name"])


def set_default(view: SavedView, *, on: bool) -> None:
    """Open the list with this view from now on, or no longer."""
    with transaction.atomic():
        SavedView.objects.filter(
            owner=view.owner_id, list_name=view.list_name, is_default=True
        ).update(is_default=False)
        view.is_default = on
        view.save(update_fields=["is_default"])


def _tidy(name: str) -> str:
    name = " ".join(name.replace("\x00", " ").split())
    if not name:
        raise ValidationError({"name": _("Give the view a name.")})
    if len(name) > MAX_NAME:
        words = _("At most %(n)d characters.") % {"n": MAX_NAME}
        raise ValidationError({"name": words})
    return name

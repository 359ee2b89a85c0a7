"""Teams: people who share grants. Only accounts.team_actions changes them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """A named set of people. Grants say what they may do where (hosts.models.access)."""

    name = models.SlugField(_("name"), max_length=60, unique=True)
    words = models.CharField(_("purpose"), max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team. Owners add and remove members."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    owner = models.BooleanField(default=False)
    # the OpenID provider whose groups made it and may end it. Empty: by hand
    given_by = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-owner", "user__name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "user"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"

"""The refusal that names the field to change; every page and command shows it beside that field."""


class HostRefused(Exception):
    """What was given cannot be taken. `field` names what to change, `cure` a way to mend it."""

    def __init__(self, field_name: str, message: str, *, cure: str = "", kind: str = "") -> None:
        super().__init__(f"{message} {cure}".strip())
        self.field = field_name
        self.message = message
        self.cure = cure
        self.kind = kind

"""Coming in by a one-time link: first administrator, invitation, new password."""

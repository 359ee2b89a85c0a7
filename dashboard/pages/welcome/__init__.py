"""Pages of one-time links: first administrator, invitation, new password."""

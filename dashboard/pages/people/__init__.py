"""People and their invitations."""

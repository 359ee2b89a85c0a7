"""People: who is here, in which role, since when; invitations; a person's own page for changes."""

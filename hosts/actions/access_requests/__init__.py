"""Access for a limited time: requested, decided on by another person, and ended by itself."""

"""Registry credentials by registry and group. Passwords are never shown again."""

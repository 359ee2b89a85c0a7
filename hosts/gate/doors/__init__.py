"""The ways in, SSH and HTTP, and what passes on one connection, request by request."""

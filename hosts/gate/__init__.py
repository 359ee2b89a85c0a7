"""The door for Podman's and Docker's own clients: the same rights, guardrails and log as in the pages."""

"""The audit log: writing, chaining, checkpoints, verification. It knows only ids and names."""

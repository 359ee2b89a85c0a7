"""The audit log: write, chain, checkpoint, verify. It knows ids and names only."""

"""Asks registries which digest a tag names now, and compares it with what runs on the hosts."""

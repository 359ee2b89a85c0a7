"""SQLite as Django has it, but waiting for the write lock in short steps."""

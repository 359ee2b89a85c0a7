"""Access for a while: asked for, decided on by somebody else, and ended by itself."""

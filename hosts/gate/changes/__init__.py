"""Changes carried out: intent, effect, one outcome. And those that are more than one call to the host."""

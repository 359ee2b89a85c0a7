"""Registry credentials: stored, edited, and found for a pull or push."""

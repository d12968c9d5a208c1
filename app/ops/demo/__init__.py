"""`sua demo`: from nothing to the answer on one machine. Everything a real deployment does, it does."""

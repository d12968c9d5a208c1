"""One verb per file: a frozen dataclass and the function that carries it out. Load, decide, append; no rule is here."""

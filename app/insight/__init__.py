"""Questions that take several tables and a rule of the domain: what seats are wasted, what a month cost."""

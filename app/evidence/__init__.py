"""Proof that a log was not altered: trees over its leaves, signed checkpoints, and what checks them."""

"""Reads that are planned once and asked in one round trip: docs/decisions/compiled-reads.md."""

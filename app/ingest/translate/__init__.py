"""Graph's words -> ours. Pure: no network, no clock, no store."""

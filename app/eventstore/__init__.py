"""The log: one per tenant, immutable facts at gapless positions. The only room that knows the eventsourcing package."""

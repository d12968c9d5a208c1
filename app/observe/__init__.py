"""What an operator sees of a running installation: metrics, traces, readiness. Reads everything, changes nothing."""

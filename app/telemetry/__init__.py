"""Log lines, counters, metrics and spans, named in one place. None ever holds personal data: ids, codes, numbers only.

A label's values are few and known beforehand, or ids of tenants; docs/decisions/telemetry-without-people.md says why.
"""

from app.telemetry.bound import bound, ids_bound
from app.telemetry.counters import count, counted
from app.telemetry.lines import JsonLines, hush_clients, log, log_to_stderr, say

__all__ = ["JsonLines", "bound", "count", "counted", "hush_clients", "ids_bound", "log", "log_to_stderr", "say"]

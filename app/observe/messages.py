"""Counts a broker's messages, and binds each to the tenant it is about."""

from contextlib import ExitStack
from threading import local
from time import perf_counter
from typing import Any

import dramatiq
from typing_extensions import override

from app.telemetry import bound
from app.telemetry.metrics import MESSAGE_SECONDS, MESSAGES


class Counted(dramatiq.Middleware):
    """Every actor's first argument is its tenant: log lines said while it works carry it."""

    def __init__(self) -> None:
        self._here = local()

    @override
    def after_enqueue(self, broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: int | None) -> None:
        MESSAGES.labels(message.queue_name, "sent").inc()

    @override
    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        self._here.binding = binding = ExitStack()
        binding.enter_context(bound(tenant=message.args[0] if message.args else None))
        self._here.began = perf_counter()

    @override
    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        MESSAGE_SECONDS.labels(message.actor_name).observe(perf_counter() - self._here.began)
        self._here.binding.close()
        MESSAGES.labels(message.queue_name, "done" if exception is None else "failed").inc()

    @override
    def after_skip_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        self._here.binding.close()
        MESSAGES.labels(message.queue_name, "skipped").inc()

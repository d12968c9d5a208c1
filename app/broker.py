"""The one Dramatiq broker: the doorbell between processes.

A message says "look at this tenant" and nothing more. What is true stands in PostgreSQL, so a message that is lost,
repeated or late changes nothing; the sweeper rings again. Messages leave after the commit they tell of, and a
failed ring never undoes it.

There is no global broker. A module with actors has a function that declares them on the broker it is handed, with
what they need closed over, and returns what others may send:

    def register(broker: dramatiq.Broker, engine: Engine) -> Ring:
        @dramatiq.actor(broker=broker, queue_name=PROJECT, max_retries=0)
        def advance(tenant: str, position: int) -> None:
            engine.advance(TenantId(UUID(tenant)))

        def ring(tenant: TenantId, position: int) -> None:
            with ringing():
                advance.send(str(tenant), position)

        return ring

A process that only sends declares the same actors and starts no `dramatiq.Worker`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit, urlunsplit

import dramatiq
import pika.exceptions
import redis
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import BrokerConnectionError

from app.domain.errors import Refused, Unavailable

PROJECT = "project"
INGEST = "ingest"
QUEUES = (PROJECT, INGEST)

AFTER_ALL_ELSE = 10
"""The priority of actors that work for long; the others keep Dramatiq's 0, which goes first."""

_AHEAD = 16
"""Messages a worker holds for each thread, those at work among them. It puts them in order of priority, which the
brokers do not: one that is still in a queue behind so many long ones waits with them."""

_MUTE_S = 5
"""How long a broker may leave a connection or, Redis, a command without an answer."""

_REDIS_HEARTBEAT_TIMEOUT_MS = 5_000
_REDIS_MAINTENANCE_ALWAYS = 1_000_000  # chances in a million, at each command
_REDIS_NAMESPACE = "sua"
_LOST = (BrokerConnectionError, pika.exceptions.AMQPError, redis.ConnectionError, redis.TimeoutError)


class BrokerUnknown(Refused):
    """The URL names no broker SUA can use."""

    code: ClassVar[str] = "BROKER_UNKNOWN"


class BrokerDown(Unavailable):
    """The broker does not answer. Nothing is lost: the sweeper rings when it is back."""

    code: ClassVar[str] = "BROKER_DOWN"


def make_broker(url: str) -> dramatiq.Broker:
    """A broker for `amqp://` or `amqps://` (RabbitMQ), `redis://` or `rediss://`, or `stub://` (inside this process).

    Does not connect yet: `check_broker` does. Two installations share a RabbitMQ by virtual host (the path of the
    URL) and a Redis by `?namespace=NAME`.
    """
    match urlsplit(url).scheme:
        case "amqp" | "amqps":
            return _rabbitmq_broker(url)
        case "redis" | "rediss":
            return _redis_broker(url)
        case "stub":
            return StubBroker()
        case other:
            raise BrokerUnknown(f"A broker URL begins with amqp://, redis:// or stub://, not with {other!r}.")


def check_broker(broker: dramatiq.Broker) -> None:
    """Raise BrokerDown unless the broker answers now."""
    with ringing():
        match broker:
            case RabbitmqBroker():
                # A connection of its own: the broker's may be kept by a thread and be stale.
                pika.BlockingConnection(broker.parameters).close()
            case RedisBroker():
                broker.client.ping()


def make_worker(broker: dramatiq.Broker, *, threads: int, poll_ms: int) -> dramatiq.Worker:
    """A worker for all queues, not started; it asks the broker every `poll_ms` milliseconds."""
    worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=poll_ms)
    worker.queue_prefetch = _AHEAD * threads
    return worker


@contextmanager
def ringing() -> Iterator[None]:
    """Whatever a client library says when the broker is away, as BrokerDown."""
    try:
        yield
    except _LOST as error:
        raise BrokerDown(f"The message broker does not answer: {str(error) or type(error).__name__}.") from error


def _rabbitmq_broker(url: str) -> RabbitmqBroker:
    broker = RabbitmqBroker(url=url.split(";"), confirm_delivery=True)
    for node in broker.parameters:
        node.socket_timeout = node.stack_timeout = _MUTE_S
    return broker


def _redis_broker(url: str) -> RedisBroker:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    # With Dramatiq's defaults the messages of a killed worker stay away for minutes.
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=redis.Redis.from_url(urlunsplit(parts._replace(query="")), socket_timeout=_MUTE_S),
        namespace=query.get("namespace", [_REDIS_NAMESPACE])[-1],
        heartbeat_timeout=_REDIS_HEARTBEAT_TIMEOUT_MS,
        maintenance_chance=_REDIS_MAINTENANCE_ALWAYS,
    )

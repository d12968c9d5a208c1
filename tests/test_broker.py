from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from queue import Queue

import dramatiq
import pytest

from app.broker import (
    AFTER_ALL_ELSE,
    PROJECT,
    BrokerDown,
    BrokerUnknown,
    check_broker,
    make_broker,
    make_worker,
    ringing,
)

Ring = Callable[[str, int], None]


def register(broker: dramatiq.Broker, seen: Queue[tuple[str, int]]) -> Ring:
    """Declares one actor as the modules of SUA do."""

    @dramatiq.actor(broker=broker, queue_name=PROJECT, max_retries=0)
    def advance(tenant: str, position: int) -> None:
        seen.put((tenant, position))

    def ring(tenant: str, position: int) -> None:
        with ringing():
            advance.send(tenant, position)

    return ring


@pytest.fixture
def broker(broker_url: str) -> Iterator[dramatiq.Broker]:
    made = make_broker(broker_url)
    yield made
    made.close()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_ring_reaches_a_worker(broker: dramatiq.Broker) -> None:
    seen: Queue[tuple[str, int]] = Queue()
    ring = register(broker, seen)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=100)
    worker.start()

    ring("tenant", 7)
    got = seen.get(timeout=20)
    worker.stop()

    assert got == ("tenant", 7)


def test_what_is_short_passes_what_is_long_and_rang_before(broker: dramatiq.Broker) -> None:
    seen: Queue[str] = Queue()
    begun, go_on = threading.Event(), threading.Event()

    @dramatiq.actor(broker=broker, queue_name=PROJECT, max_retries=0, priority=AFTER_ALL_ELSE)
    def long(name: str) -> None:
        begun.set()
        go_on.wait(20)
        seen.put(name)

    @dramatiq.actor(broker=broker, queue_name=PROJECT, max_retries=0)
    def short(name: str) -> None:
        seen.put(name)

    worker = make_worker(broker, threads=1, poll_ms=50)
    worker.start()
    for nth in range(10):  # more than Dramatiq alone would hold for one thread
        long.send(f"long {nth}")
    assert begun.wait(20)
    short.send("short")
    until = time.monotonic() + 20
    while worker.work_queue.qsize() < 10 and time.monotonic() < until:
        time.sleep(0.01)
    go_on.set()
    got = [seen.get(timeout=20) for _ in range(11)]
    worker.stop()

    assert got[:2] == ["long 0", "short"]


@pytest.mark.parametrize("broker_url", ["amqp", "redis"], indirect=True)
def test_a_ring_waits_in_the_broker_for_a_worker_of_another_process(broker_url: str) -> None:
    seen: Queue[tuple[str, int]] = Queue()
    sending, receiving = make_broker(broker_url), make_broker(broker_url)
    ring = register(sending, Queue())
    register(receiving, seen)

    ring("tenant", 7)
    sending.close()
    worker = dramatiq.Worker(receiving, worker_threads=1, worker_timeout=100)
    worker.start()
    got = seen.get(timeout=20)
    worker.stop()
    receiving.close()

    assert got == ("tenant", 7)


def test_two_registers_on_two_brokers_know_nothing_of_each_other() -> None:
    first, second = make_broker("stub://"), make_broker("stub://")
    ring = register(first, Queue())
    register(second, Queue())

    ring("tenant", 1)

    assert [broker.queues[PROJECT].qsize() for broker in (first, second)] == [1, 0]


def test_a_broker_that_is_up_passes_the_check(broker: dramatiq.Broker) -> None:
    check_broker(broker)


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_broker_that_is_down_is_told_as_unavailable(scheme: str) -> None:
    broker = make_broker(f"{scheme}://127.0.0.1:{closed_port()}")

    with pytest.raises(BrokerDown, match="does not answer"):
        check_broker(broker)


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_ring_while_the_broker_is_down_is_told_as_unavailable(scheme: str) -> None:
    ring = register(make_broker(f"{scheme}://127.0.0.1:{closed_port()}"), Queue())

    with pytest.raises(BrokerDown):
        ring("tenant", 1)


@pytest.mark.parametrize("url", ["kafka://127.0.0.1", "127.0.0.1:5672", ""])
def test_a_url_of_no_known_broker_is_refused(url: str) -> None:
    with pytest.raises(BrokerUnknown):
        make_broker(url)


def test_redis_gives_back_a_killed_workers_messages_within_seconds() -> None:
    broker = make_broker("redis://127.0.0.1:6379/0?namespace=one")

    assert broker.heartbeat_timeout == 5_000  # type: ignore[attr-defined]
    assert broker.maintenance_chance == 1_000_000  # type: ignore[attr-defined]
    assert broker.namespace == "one"  # type: ignore[attr-defined]


def test_rabbitmq_confirms_every_message() -> None:
    assert make_broker("amqp://127.0.0.1").confirm_delivery is True  # type: ignore[attr-defined]

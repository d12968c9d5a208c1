"""Message brokers for tests: in memory, and RabbitMQ and Redis where they run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pika
import redis

from app.broker import QUEUES

STUB, AMQP, REDIS = "stub", "amqp", "redis"
KINDS = [STUB, AMQP, REDIS]

_AMQP_URL = os.environ.get("SUA_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672")
_REDIS_URL = os.environ.get("SUA_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


def reachable(kind: str) -> bool:
    parts = urlsplit(_AMQP_URL if kind == AMQP else _REDIS_URL)
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((parts.hostname, parts.port)) == 0


@contextmanager
def virtual_host() -> Iterator[str]:
    """A new virtual host of the local RabbitMQ; the given URL as it is where only its administrator can make one."""
    if "SUA_TEST_AMQP_URL" in os.environ or os.geteuid() != 0 or shutil.which("rabbitmqctl") is None:
        yield _AMQP_URL
        return
    name = f"sua-test-{uuid4().hex}"
    _rabbitmqctl("add_vhost", name)
    _rabbitmqctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    try:
        yield f"{_AMQP_URL}/{name}"
    finally:
        _rabbitmqctl("delete_vhost", name)


@contextmanager
def emptied(url: str) -> Iterator[str]:
    """The same RabbitMQ with SUA's queues gone, before and after."""
    _delete_queues(url)
    yield url
    _delete_queues(url)


@contextmanager
def namespace() -> Iterator[str]:
    """A name space of its own in Redis, gone afterwards."""
    name = f"sua-test-{uuid4().hex}"
    yield f"{_REDIS_URL}?namespace={name}"
    with redis.Redis.from_url(_REDIS_URL) as client:
        for key in client.scan_iter(f"{name}:*", count=1000):
            client.delete(key)


def _delete_queues(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for queue in QUEUES:
            for name in (queue, f"{queue}.DQ", f"{queue}.XQ"):
                channel.queue_delete(name)


def _rabbitmqctl(*arguments: str) -> None:
    subprocess.run(["rabbitmqctl", "-q", *arguments], check=True, capture_output=True, timeout=60)

from __future__ import annotations

import socket

import pytest


def test_a_connection_that_leaves_this_machine_fails_the_test() -> None:
    with socket.socket() as outward, pytest.raises(pytest.fail.Exception, match="the network is off"):
        outward.connect(("192.0.2.1", 80))


def test_this_machine_itself_can_be_reached() -> None:
    with socket.socket() as listening, socket.socket() as inward:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        inward.connect(listening.getsockname())

        assert inward.getpeername() == listening.getsockname()

"""Where a server listens: at each address of its host, and at all of both kinds for `::`."""

from __future__ import annotations

import socket

import pytest
from support.ports import free_port

from http_limits.listening import listeners


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("bound", "reached", "unreached"),
    [
        ("127.0.0.1", ["127.0.0.1"], ["::1"]),
        ("::1", ["::1"], ["127.0.0.1"]),
        ("0.0.0.0", ["127.0.0.1"], ["::1"]),
        ("::", ["::1", "127.0.0.1"], []),
        ("localhost", ["localhost"], []),
    ],
)
def test_it_listens_where_it_was_told(bound: str, reached: list[str], unreached: list[str]) -> None:
    port = free_port()
    found = listeners(bound, port)
    try:
        assert [host for host in reached if not answers(host, port)] == []
        assert [host for host in unreached if answers(host, port)] == []
    finally:
        for each in found:
            each.close()


def test_an_ipv4_client_keeps_its_address_where_all_are_listened_to() -> None:
    port = free_port()
    found = listeners("::", port)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            (heard,) = [each for each in found if each.family == socket.AF_INET]
            assert heard.accept()[1][0] == "127.0.0.1"
    finally:
        for each in found:
            each.close()


def test_a_port_that_somebody_has_is_an_error_and_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError):
            listeners("::", port)
        with socket.socket(socket.AF_INET6) as probe:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(("::", port))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_an_address_that_is_not_here_is_an_error(host: str) -> None:
    with pytest.raises(OSError):
        listeners(host, free_port())

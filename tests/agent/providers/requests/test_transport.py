"""How requests travel to a service: by its proxy, to its host alone, and by TLS that is checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from agent_manager.providers.openai import transport
from agent_manager.providers.openai.probe import _offers_realtime
from common.redirects import next_address
from config.proxies import Proxies
from config.secret import Secret
from config.services import Kind
from fakes.openai_api import OpenAIStandIn
from support.groups import starts_programs
from support.networks.certificates import Certificate, certificate
from support.networks.forward_proxy import ForwardProxy, forward_proxy
from support.ports import free_port

from .asking import KEY, PATHS, answer_of, ask, every_kind, refused, service_at


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running:
        yield running


@pytest.fixture(scope="module")
@starts_programs
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def tls_api(own_certificate: Certificate) -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(tls=own_certificate) as running:
        yield running


@pytest.fixture
def trusted(own_certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The certificate is accepted, as SSL_CERT_FILE says."""
    monkeypatch.setenv("SSL_CERT_FILE", own_certificate.path)
    transport.tls.cache_clear()
    yield
    transport.tls.cache_clear()


@pytest.fixture
def by_proxy(api: OpenAIStandIn) -> Iterator[ForwardProxy]:
    with forward_proxy(speech_example=api.port) as running:
        yield running


def proxies_of(proxy: ForwardProxy) -> Proxies:
    return Proxies(http=Secret(proxy.url), https=Secret(proxy.url))


@every_kind
async def test_a_redirect_within_the_host_takes_method_body_and_key_along(
    api: OpenAIStandIn, kind: Kind
) -> None:
    api.set_habit(kind, "moved_here")
    assert await ask(kind, service_at(api.base_url)) == answer_of(api, kind)
    assert [(asked.method, asked.authorization) for asked in api.requests(PATHS[kind])] == [
        ("POST", f"Bearer {KEY}")
    ] * 2


@every_kind
async def test_a_redirect_to_another_host_is_not_followed(api: OpenAIStandIn, kind: Kind) -> None:
    api.set_habit(kind, "moved_away")
    with refused() as found:
        await ask(kind, service_at(api.base_url))
    assert (found[0].reason, found[0].host, found[0].status) == ("moved", "127.0.0.1", 307)
    assert len(api.requests()) == 1


async def test_a_circle_of_redirects_ends(api: OpenAIStandIn) -> None:
    api.set_habit("llm", "circles")
    with refused() as found:
        await ask("llm", service_at(api.base_url))
    assert found[0].reason == "moved"
    assert len(api.requests()) <= 6


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("/v2/chat", "http://speech.example/v2/chat"),
        ("chat/", "http://speech.example/v1/chat/"),
        ("http://Speech.Example:80/v1", "http://Speech.Example:80/v1"),
        ("http://speech.example.:80/v1", "http://speech.example.:80/v1"),
        ("http://speech.example:8080/v1/chat", ""),
        ("https://speech.example/v1/chat", ""),
        ("https://speech.example:80/v1/chat", ""),
        ("http://user@speech.example/v1/chat", ""),
        ("http://speech.example:x/v1/chat", ""),
        ("http://elsewhere.example/v1/chat", ""),
        ("//elsewhere.example/v1/chat", ""),
        ("https://speech.example.elsewhere.example/", ""),
        ("https://speech.example@elsewhere.example/", ""),
        ("ftp://speech.example/", ""),
        ("http://[/", ""),
    ],
)
def test_where_a_key_may_go(location: str, address: str) -> None:
    assert next_address("http://speech.example/v1/chat", location) == address


def test_no_key_goes_from_tls_to_plain_text() -> None:
    assert next_address("https://speech.example/v1", "http://speech.example/v1") == ""


@every_kind
async def test_a_certificate_that_is_not_accepted_is_no_missing_connection(
    tls_api: OpenAIStandIn, kind: Kind
) -> None:
    with refused() as found:
        await ask(kind, service_at(tls_api.base_url))
    assert (found[0].reason, found[0].retryable) == ("certificate", False)
    assert tls_api.requests() == []


@every_kind
async def test_ssl_cert_file_counts(trusted: None, tls_api: OpenAIStandIn, kind: Kind) -> None:
    assert await ask(kind, service_at(tls_api.base_url)) == answer_of(tls_api, kind)


@every_kind
async def test_nobody_who_listens_is_no_connection(kind: Kind) -> None:
    with refused() as found:
        await ask(kind, service_at(f"http://127.0.0.1:{free_port()}/v1"))
    assert (found[0].reason, found[0].retryable) == ("unreachable", True)


@every_kind
async def test_a_proxy_passes_requests_on(
    api: OpenAIStandIn, by_proxy: ForwardProxy, kind: Kind
) -> None:
    service = service_at("http://speech.example/v1", proxies=proxies_of(by_proxy))
    assert await ask(kind, service) == answer_of(api, kind)
    assert by_proxy.asked == [f"POST http://speech.example{PATHS[kind]}"]
    assert [asked.authorization for asked in api.requests()] == [f"Bearer {KEY}"]


@every_kind
async def test_a_proxy_tunnels_tls(trusted: None, tls_api: OpenAIStandIn, kind: Kind) -> None:
    with forward_proxy(speech_example=tls_api.port) as by_proxy:
        service = service_at("https://speech.example/v1", proxies=proxies_of(by_proxy))
        assert await ask(kind, service) == answer_of(tls_api, kind)
    assert by_proxy.asked == ["CONNECT speech.example:443"]


async def test_a_proxys_password_is_given(api: OpenAIStandIn, by_proxy: ForwardProxy) -> None:
    proxy = Secret(by_proxy.url.replace("//", "//ada:lovelace@"))
    service = service_at("http://speech.example/v1", proxies=Proxies(every=proxy))
    assert await ask("llm", service) == answer_of(api, "llm")
    assert by_proxy.credentials


@every_kind
async def test_loopback_and_no_proxy_go_directly(
    api: OpenAIStandIn, by_proxy: ForwardProxy, kind: Kind
) -> None:
    service = service_at(api.base_url, proxies=proxies_of(by_proxy))
    assert await ask(kind, service) == answer_of(api, kind)
    assert by_proxy.asked == []


async def test_a_proxy_that_refuses_is_no_connection(by_proxy: ForwardProxy) -> None:
    service = service_at("https://elsewhere.example/v1", proxies=proxies_of(by_proxy))
    with refused() as found:
        await ask("llm", service)
    assert found[0].reason == "unreachable"
    assert by_proxy.asked == ["CONNECT elsewhere.example:443"]


async def test_realtime_sockets_go_by_the_proxy_too(
    api: OpenAIStandIn, by_proxy: ForwardProxy
) -> None:
    service = service_at("http://speech.example/v1", proxies=proxies_of(by_proxy))
    assert await _offers_realtime(service) is True
    path = "/v1/realtime?intent=transcription&model=model"
    assert by_proxy.asked == [f"GET http://speech.example{path}"]
    assert [asked.authorization for asked in api.requests()] == [f"Bearer {KEY}"]


async def test_realtime_sockets_with_tls_go_by_the_proxy_too(
    trusted: None, tls_api: OpenAIStandIn
) -> None:
    with forward_proxy(speech_example=tls_api.port) as by_proxy:
        service = service_at("https://speech.example/v1", proxies=proxies_of(by_proxy))
        assert await _offers_realtime(service) is True
    assert by_proxy.asked == ["CONNECT speech.example:443"]


@contextmanager
def sends_on(target: str) -> Iterator[str]:
    """The address of a server that sends every request on to the target."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(301)
            self.send_header("Location", target + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@every_kind
async def test_a_redirect_to_another_port_takes_no_key_along(
    trusted: None, tls_api: OpenAIStandIn, kind: Kind
) -> None:
    with sends_on(tls_api.url) as address, refused() as found:
        await ask(kind, service_at(f"{address}/v1"))
    assert found[0].reason == "moved" and tls_api.requests() == []


async def test_realtime_sockets_go_to_no_other_port(trusted: None, tls_api: OpenAIStandIn) -> None:
    with sends_on(tls_api.url) as address:
        assert await _offers_realtime(service_at(f"{address}/v1")) is None
    assert tls_api.requests() == []


async def test_realtime_sockets_go_to_no_other_host(api: OpenAIStandIn) -> None:
    with sends_on(api.url.replace("127.0.0.1", "localhost")) as address:
        assert await _offers_realtime(service_at(f"{address}/v1")) is None
    assert api.requests() == []

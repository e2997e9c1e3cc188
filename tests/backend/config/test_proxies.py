"""Which proxy a request goes through, and what the media server's client is kept from seeing."""

from __future__ import annotations

import pytest
from config.proxies import KEPT, read, take
from config.services import services

PROXY = "http://proxy.example:3128"
OTHER = "http://user:hunter2@other.example:8080"


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://speech.example/v1", PROXY),
        ("ws://speech.example/v1/realtime", PROXY),
        ("https://speech.example/v1", OTHER),
        ("wss://speech.example/v1/realtime", OTHER),
        ("http://127.0.0.1:8001/v1", ""),
        ("http://localhost:8001/v1", ""),
        ("http://[::1]:8001/v1", ""),
        ("https://inside.example/v1", ""),
        ("https://deep.inside.example/v1", ""),
        ("https://notinside.example/v1", OTHER),
        ("https://star.example/v1", ""),
        ("https://a.star.example/v1", ""),
        ("http://10.1.2.3:7880", ""),
        ("http://10.2.2.3:7880", PROXY),
        ("http://192.168.0.9:7880", ""),
        ("http://ported.example:99/", ""),
        ("http://ported.example:98/", PROXY),
        ("http://[fd00::7]:7880/", ""),
    ],
)
def test_each_request_goes_where_the_environment_says(url: str, proxy: str) -> None:
    without = "inside.example, *.star.example, 10.1.0.0/16,192.168.0.9,ported.example:99,[fd00::7]"
    env = {"HTTP_PROXY": PROXY, "https_proxy": OTHER, "NO_PROXY": without}
    assert read(env).of(url) == proxy


def test_one_for_everything_a_name_without_scheme_and_nothing_at_all() -> None:
    everything = read({"ALL_PROXY": "proxy.example:3128"})
    assert everything.of("https://speech.example") == everything.of("http://speech.example")
    assert everything.of("http://speech.example") == PROXY
    assert read({"HTTPS_PROXY": OTHER}).of("http://speech.example") == ""
    assert read({"HTTPS_PROXY": OTHER, "NO_PROXY": "*"}).of("https://speech.example") == ""
    assert read({}).of("https://speech.example") == ""


def test_small_letters_win() -> None:
    assert read({"HTTP_PROXY": OTHER, "http_proxy": PROXY}).http == PROXY


def test_no_proxy_is_left_where_the_media_server_needs_none_and_children_still_know() -> None:
    env = {"HTTP_PROXY": PROXY, "https_proxy": OTHER, "NO_PROXY": "media.example", "PATH": "/bin"}
    for media_server in ("ws://127.0.0.1:7880", "ws://localhost:7880", "wss://media.example"):
        left = dict(env)
        proxies = take(left, media_server)
        assert sorted(left) == ["PATH", KEPT]
        assert proxies == read(env) == read(left) == take(left, media_server)


def test_a_media_server_beyond_the_proxy_is_reached_through_it() -> None:
    env = {"HTTP_PROXY": PROXY, "NO_PROXY": "media.example"}
    before = dict(env)
    assert take(env, "ws://elsewhere.example").http == PROXY
    assert env == before


def test_without_proxies_nothing_changes() -> None:
    env = {"PATH": "/bin"}
    take(env, "ws://127.0.0.1:7880")
    assert env == {"PATH": "/bin"}


def test_a_proxys_password_is_not_in_reports() -> None:
    assert "hunter2" not in repr(read({"HTTP_PROXY": OTHER}))
    service = services({"HTTP_PROXY": OTHER, "LLM_BASE_URL": "http://speech.example/v1"})["llm"]
    assert "hunter2" not in repr(service)

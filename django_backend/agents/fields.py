"""The fields of an agent, as people write them: in the console, by REST and in YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from common.faults import fault, matching
from common.strict import (
    OptionalFields,
    StrictBoolean,
    StrictFields,
    StrictInteger,
    StrictList,
    StrictNumber,
    StrictText,
)
from config.providers.registry import PROVIDERS
from rest_framework import serializers
from webhooks.fields import WebhookName

from agents.agent import PACES
from agents.filling import KNOWN, NAME, unknown
from agents.models import NAME_LENGTH
from agents.services import choosing
from agents.tools.fields import Tools
from agents.values import Address, Language, Site, Zone
from agents.words import Choice, Words

INSTRUCTIONS_LENGTH = 16_000
GREETING_LENGTH = 1000
DESCRIPTION_LENGTH = 300
VALUE_LENGTH = 500
SITE_LENGTH = 300
MOST_VARIABLES = 20
MOST_SITES = 50
MOST_WEBHOOKS = 10
DAY_SECONDS = 86_400
AS_WRITTEN = ("tools",)
"""Fields in which an empty map may mean something: a schema, or a body."""
_PACES = ", ".join(f"{name} ({seconds:g} s)" for name, seconds in PACES.items())


class Variable(StrictFields):
    """What the start of a session may pass, for `{{name}}` in instructions and greeting."""

    name = StrictText(
        validators=[
            matching(NAME, "variable_name", "Begin with a small letter; then letters, digits, _.")
        ]
    )
    description = Words(max_length=200, required=False, allow_blank=True)
    default = Words(max_length=VALUE_LENGTH, required=False, allow_blank=True)


class FallbackChoice(StrictFields):
    """Which provider, server, model and key take over; `options` are the provider's own fields.

    Without a credential the settings' own key goes to its own host and to no other.
    """

    provider = Choice(list(PROVIDERS), required=False)
    model = Words(max_length=128, required=False)
    base_url = Address(max_length=500, required=False)
    credential = Words(max_length=80, required=False)
    options = serializers.DictField(required=False)


class ServiceChoice(FallbackChoice):
    """Which service stands in for the settings' own, and which takes over when it fails."""

    fallback = FallbackChoice(required=False)


class Services(StrictFields):
    """A service for each stage; what is left out is the settings' own."""

    stt = ServiceChoice(required=False)
    llm = ServiceChoice(required=False)
    tts = ServiceChoice(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses what a provider does not have, and one whose plugin is not installed."""
        if errors := choosing.faults(attrs):
            raise serializers.ValidationError(errors)
        return attrs


class AgentFields(OptionalFields):
    """All that makes an agent but its slug; null, or left out, means the default."""

    never_null: ClassVar[tuple[str, ...]] = ("name",)

    name = Words(max_length=NAME_LENGTH, help_text="What people see it called.")
    description = Words(
        max_length=DESCRIPTION_LENGTH,
        required=False,
        allow_blank=True,
        help_text="One or two plain sentences that tell visitors what it is for.",
    )
    instructions = Words(
        max_length=INSTRUCTIONS_LENGTH,
        required=False,
        help_text="What it is, knows and should do. {{visitor_name}}, {{date}}, {{time}} and your "
        "own variables are filled in when a session starts.",
    )
    variables = Variable(
        many=True,
        required=False,
        help_text="What the start of a session may pass, for {{name}} in the texts.",
    )
    first_speaker = Choice(
        ["agent", "person"], required=False, help_text="Who speaks first; agent by default."
    )
    greeting_by = Choice(
        ["text", "model"],
        required=False,
        help_text="Whether it says the greeting word for word, or makes its own each time.",
    )
    greeting = Words(
        max_length=GREETING_LENGTH,
        required=False,
        help_text="What it says first; where the model makes the greeting, what that should be.",
    )
    language = Language(required=False, help_text="What people speak with it: a code, or auto.")
    timezone = Zone(required=False, help_text="For {{date}} and {{time}}; UTC by default.")
    voice = Words(max_length=100, required=False, help_text="A voice of the voice service.")
    speech_rate = StrictNumber(
        min_value=0.5,
        max_value=2.0,
        required=False,
        help_text="How fast it speaks, 1.0 as the voice is, where the service can.",
    )
    services = Services(
        required=False,
        help_text="Providers, servers, models and credentials of its own, for each of stt, llm and "
        "tts; a fallback of each takes over when it fails.",
    )
    temperature = StrictNumber(
        min_value=0.0,
        max_value=2.0,
        required=False,
        help_text="How freely the model chooses its words; the server's own by default.",
    )
    reply_tokens = StrictInteger(
        min_value=0,
        max_value=100_000,
        required=False,
        help_text="The most tokens of a reply, 0 for no limit.",
    )
    turn_taking = Choice(
        list(PACES),
        required=False,
        help_text=f"The pause that ends a person's turn: {_PACES}; normal by default.",
    )
    may_be_interrupted = StrictBoolean(
        required=False, help_text="Whether people may speak into its words; true by default."
    )
    session_seconds = StrictInteger(
        min_value=30,
        max_value=DAY_SECONDS,
        required=False,
        help_text="After how many seconds a session ends by itself.",
    )
    idle_seconds = StrictInteger(
        min_value=10,
        max_value=DAY_SECONDS,
        required=False,
        help_text="After how many seconds without a word it ends.",
    )
    recording = Choice(
        ["off", "ask"],
        required=False,
        help_text="ask: each person is asked whether the session may be recorded.",
    )
    tools = Tools(
        required=False,
        help_text="What it can do beside talking: requests by HTTP, tools of MCP servers, built-in "
        "ones.",
    )
    visibility = Choice(
        ["public", "link", "operators"],
        required=False,
        help_text="Who may talk with it: public (it is listed), link (whoever has its address), "
        "operators only, which is the default.",
    )
    embed_sites = StrictList(
        child=Site(max_length=SITE_LENGTH),
        max_length=MOST_SITES,
        required=False,
        help_text="Sites whose pages may show it, such as https://example.com.",
    )
    visitor_instructions = StrictBoolean(
        required=False,
        help_text="Whether a visitor may say what it should be; false by default.",
    )
    webhooks = StrictList(
        child=WebhookName(),
        max_length=MOST_WEBHOOKS,
        required=False,
        help_text="Which webhooks are told what becomes of its sessions, by their names.",
    )

    def validate_variables(self, found: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
        """Refuses names that are there twice, or that every session has anyway."""
        names = [each["name"] for each in found or ()]
        if len(names) > MOST_VARIABLES:
            raise serializers.ValidationError(
                fault("too_many", "Have at most {limit} variables.", limit=MOST_VARIABLES)
            )
        if taken := sorted({name for name in names if names.count(name) > 1 or name in KNOWN}):
            raise serializers.ValidationError(
                fault("names_taken", "Another name is needed for {names}.", names=taken)
            )
        return found

    def validate_webhooks(self, found: list[str] | None) -> list[str] | None:
        """Returns each name once; one that no webhook has yet is taken: files go before them."""
        return list(dict.fromkeys(found)) if found else found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses texts in which something would stay that nothing fills."""
        names = [each["name"] for each in attrs.get("variables") or ()]
        errors = {}
        for field in ("instructions", "greeting"):
            if strange := unknown(attrs.get(field) or "", names):
                places = [f"{{{{{name}}}}}" for name in strange]
                sentence = "{places} is no variable; list it, or correct it."
                errors[field] = [fault("no_variable", sentence, places=places)]
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


def set_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields without those that mean a default: null, and what holds nothing."""
    kept = {name: _plain(value) for name, value in fields.items() if name not in AS_WRITTEN}
    kept |= {name: fields[name] for name in AS_WRITTEN if name in fields}
    return {name: value for name, value in kept.items() if value not in (None, [], {}, "")}


def _plain(value: Any) -> Any:
    """The value as plain JSON, and of a map only what is set."""
    if isinstance(value, Mapping):
        return {name: found for name, each in value.items() if (found := _plain(each)) not in ({},)}
    return [_plain(each) for each in value] if isinstance(value, list) else value

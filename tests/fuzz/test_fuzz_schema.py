"""Every call that OpenAPI describes, with what it allows and what it does not (Schemathesis)."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.slow import but_first

from fuzz.calls import CALLS

from .asking import Served

pytestmark = pytest.mark.processes

EXAMPLES = but_first([12, 60])
"""Of each call and of each way to get it wrong; `make faults` tries the larger number."""
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("examples", EXAMPLES)
def test_every_answer_is_one_that_the_schema_describes(backend: Served, examples: int) -> None:
    schema = schemathesis.openapi.from_url(f"{backend.url}/schema")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == len(CALLS)
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or _takes_something(operation):
                _try(operation, mode, backend, examples)


def _takes_something(operation: APIOperation) -> bool:
    parts = (operation.path_parameters, operation.query, operation.body)
    return any(len(list(part)) for part in parts)


def _try(operation: APIOperation, mode: GenerationMode, backend: Served, examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: Case) -> None:
        response = case.call(timeout=20)
        case.validate_response(response, checks=CHECKS)
        kind = response.headers.get("content-type", [""])[0].partition(";")[0]
        backend.check(response.status_code, str(response.headers), kind, response.content)

    tried()

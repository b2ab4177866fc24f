"""The API as its own description says, tried out by schemathesis: no answer is a 500."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from exchange_made import make_clip_row
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from routes import PUBLIC
from schemathesis.core.result import Ok
from test_security_routes import token

from posecheck.apps.web.access import SCOPES
from posecheck.apps.web.app import create_app
from posecheck.apps.web.room import Room

EXAMPLES = 6  # of each operation
ENDLESS = ("/api/events",)
HOST = {"Host": "127.0.0.1"}


@schemathesis.serializer("application/toml", "application/offset+octet-stream")
def as_it_is(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Make what the description allows, of what there is and what there is not; and what not."""
    ways = [
        operation.as_strategy(),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    ]
    names = re.findall(r"\{(\w+)\}", operation.path)
    if names and all(name.endswith("_id") for name in names):
        ways.append(operation.as_strategy(path_parameters=dict.fromkeys(names, 1)))
    return st.one_of(*reversed(ways))


@pytest.mark.slow
@pytest.mark.parametrize("who", ["owner", "token", "nobody"])
def test_no_answer_is_a_failure(
    room: Room, patient_id: int, sign_in: Callable[..., Any], who: str
) -> None:
    """Whatever the numbers, words and bodies; the same ones in each run."""
    make_clip_row(room, patient_id)
    client = sign_in("owner")
    cookie = {"Cookie": "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)}
    headers = {
        "owner": cookie,
        "token": token(room, " ".join(SCOPES)),
        "nobody": {},
    }[who]
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json", create_app(room), headers=HOST | cookie
    )
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert len(operations) > 10
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
        if operation.path in ENDLESS:
            continue

        @seed(20)
        @settings(
            max_examples=EXAMPLES if who != "nobody" else 2, deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=cases(operation))
        def tried(case: Any) -> None:
            answer = case.call(headers=HOST | headers)
            assert answer.status_code < 500, (case.method, case.path)
            if who == "nobody" and PUBLIC.fullmatch(case.path) is None:
                assert answer.status_code in (401, 422), (case.method, case.path)

        tried()

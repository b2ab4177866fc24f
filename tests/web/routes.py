"""Every route of the room, whom it lets in, and the few that let in anybody: in one place."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from posecheck.apps.web import access

# Nothing of a patient is behind these but what a secret in the path opens.
PUBLIC = re.compile(
    r"/api/openapi\.json|/static(/.*)?|/sign-in|/api/sign-in|(/api)?/welcome/\{\w+\}|/p/\{\w+\}(/.*)?"
)
PERSON, OWNER, PAGE, OWNER_PAGE = "person", "owner", "page", "owner page"
_NAMES = {
    access._person: PERSON, access._owner: OWNER, access._page: PAGE,
    access._owner_page: OWNER_PAGE,
}  # fmt: skip
_PARAMETER = re.compile(r"\{(\w+)(:\w+)?\}")


@dataclass(frozen=True)
class One:
    """A route and one of its methods."""

    method: str
    path: str
    needs: str | None  # a scope, or one of the words above; None: it asks nobody

    @property
    def is_public(self) -> bool:
        return PUBLIC.fullmatch(self.path) is not None

    @property
    def is_page(self) -> bool:
        return self.needs in (PAGE, OWNER_PAGE)

    def at(self, value: str = "1") -> str:
        """Return an address of it, the same value in the place of each parameter."""
        return _PARAMETER.sub(lambda _: value, self.path)


def routes_of(app: FastAPI) -> list[One]:
    """Return all of them; of what asks the same as GET, HEAD is left out."""
    return sorted(_routes(app), key=lambda one: (one.path, one.method))


def _routes(app: FastAPI) -> Iterator[One]:
    for context in iter_route_contexts(app.routes):
        methods = set(context.methods or {"GET"})
        if "GET" in methods:
            methods.discard("HEAD")
        dependant = getattr(context, "dependant", None)
        for method in methods:
            yield One(method, context.path or "", _needs(dependant))


def _needs(dependant: Any) -> str | None:
    """Return what the nearest dependency of `access` asks for."""
    if dependant is None:
        return None
    for inner in dependant.dependencies:
        if inner.call in _NAMES:
            return _NAMES[inner.call]
        scope = inspect.getclosurevars(inner.call).nonlocals.get("scope")
        if inner.call.__module__ == access.__name__ and scope in access.SCOPES:
            return str(scope)
    for inner in dependant.dependencies:
        found = _needs(inner)
        if found is not None:
            return found
    return None

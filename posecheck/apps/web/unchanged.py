"""Answers that are not made again for who has them already: by a name of what they are made of."""

from __future__ import annotations

from fastapi import Request, Response


def unchanged(request: Request, headers: dict[str, str]) -> Response | None:
    """Return the answer to somebody who has it; None where it must be sent.

    Parameters
    ----------
    request
        It says in If-None-Match what is there.
    headers
        Of the answer, with its ETag; weak ones are as good.

    """
    if request.method != "GET":
        return None
    tag = headers["ETag"].removeprefix("W/")
    there = request.headers.get("if-none-match", "")
    known = {one.strip().removeprefix("W/") for one in there.split(",")}
    return Response(status_code=304, headers=headers) if known & {tag, "*"} else None

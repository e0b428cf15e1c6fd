"""What every endpoint says and takes in the same way: messages as JSON, their schemas, pages and texts with a limit."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import Path, Query, Response
from google.protobuf.message import Message

from services.gateway.messages import as_json, schema_of

API = "/api/v1"
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: PostgreSQL takes no NUL, and nobody types the others."""

Text = Annotated[str, Query(max_length=200, pattern=PLAIN)]
Code = Annotated[str, Query(max_length=12, pattern=r"^[0-9]*$", description="code of a division")]
Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="ISO day")]
PageToken = Annotated[
    str, Query(max_length=500, pattern=PLAIN, description="next_page_token of the page before")
]
UpTo200 = Annotated[int, Query(ge=1, le=200)]
UpTo500 = Annotated[int, Query(ge=1, le=500)]
Key = Annotated[str, Path(min_length=1, max_length=300, pattern=PLAIN)]


def shown(message: Message, status: int = 200) -> Response:
    """A message as a JSON response."""
    return told(as_json(message), status)


def told(value: Any, status: int = 200) -> Response:
    """A value as a JSON response."""
    return Response(orjson.dumps(value), status, media_type="application/json")


def schema(kind: type[Message], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a response that `shown` makes."""
    descriptor: Any = kind.DESCRIPTOR  # Its type differs between the two implementations of protobuf.
    content = {"application/json": {"schema": schema_of(descriptor)}}
    return {status: {"description": descriptor.name, "content": content}}

"""Protobuf to JSON-able values and their schemas, and events to what open pages are told. Nothing else.

int64 travels as a number; what JavaScript would round is a string, and tokens always are. Enums are their
short names in small letters, bytes are hex, a field "explanation_json" becomes the object "explanation".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from mingzhang.gateway.v1.events_pb2 import ReportsFrozen, UsersChanged, UserState
from mingzhang.ingest.v1.events_pb2 import FinishedImport
from mingzhang.notify.v1.events_pb2 import CaseState
from mingzhang.rules.v1.events_pb2 import Warning as WarningMessage

from services.gateway.domain import CASE, IMPORT, WARNING, LiveEvent, User

EXACT_MAX = 2**53 - 1
"""Largest integer that JavaScript keeps."""
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
}
_LONG = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}


def as_json(message: Message) -> dict[str, Any]:
    """A message as a dict, with every field, unset ones as their zero (null where the field is optional)."""
    return {name: read(message) for name, read in _readers(message.DESCRIPTOR)}


def schema_of(descriptor: Descriptor) -> dict[str, Any]:
    """JSON schema of what `as_json` makes of a message of this type."""
    return {
        "type": "object",
        "title": descriptor.name,
        "properties": {_json_name(field): _field_schema(field) for field in descriptor.fields},
    }


def user_as_json(user: User) -> dict[str, Any]:
    """A user as pages show one."""
    return {
        "user": user.name,
        "display_name": user.display_name,
        "roles": list(user.roles),
        "division_code": user.division,
        "fund_codes": list(user.funds),
        "email": user.email,
        "language": user.language,
        "active": user.active,
        "must_change_password": user.must_change_password,
    }


def users_changed(users: Sequence[User]) -> bytes:
    """The body of UsersChanged."""
    states = [
        UserState(
            user=user.name,
            display_name=user.display_name,
            email=user.email,
            division_code=user.division,
            roles=user.roles,
            language=user.language,
            active=user.active,
        )
        for user in users
    ]
    return UsersChanged(users=states).SerializeToString()


def reports_frozen(report_id: str, sha256: str) -> bytes:
    """The body of ReportsFrozen."""
    return ReportsFrozen(report_id=report_id, sha256=sha256).SerializeToString()


def live_import(finished: FinishedImport) -> LiveEvent:
    """An import that ended. The body has no content of the file: who may see that asks for the import."""
    body = {"import_id": finished.import_id, "outcome": finished.outcome}
    divisions = sorted({covered.division_code for covered in finished.covered})
    return LiveEvent(0, IMPORT, tuple(divisions), "", orjson.dumps(body))


def live_warnings(warnings: Iterable[Any]) -> list[LiveEvent]:
    """Warnings (messages mingzhang.rules.v1.Warning) that were raised, changed or retracted."""
    return [_live_warning(warning) for warning in warnings]


def _live_warning(warning: WarningMessage) -> LiveEvent:
    body = {
        "id": warning.id,
        "revision": warning.revision,
        "category": warning.category,
        "rule_id": warning.rule_id,
        "title": warning.title,
        "severity": warning.severity,
        "division_code": warning.division_code,
        "amount_fen": warning.amount_fen,
        "day": warning.day,
        "standing": not warning.retracted_because,
    }
    return LiveEvent(0, WARNING, (warning.division_code,), warning.fund_code, orjson.dumps(body))


def live_case(case: CaseState) -> LiveEvent:
    """A case that was opened or changed."""
    body = {
        "case_id": case.case_id,
        "state": case.state,
        "severity": case.severity,
        "division_code": case.division_code,
        "warnings": len(case.warning_ids),
    }
    return LiveEvent(0, CASE, (case.division_code,), "", orjson.dumps(body))


@cache
def _readers(descriptor: Descriptor) -> list[tuple[str, Callable[[Message], Any]]]:
    return [(_json_name(field), _reader(field)) for field in descriptor.fields]


def _json_name(field: FieldDescriptor) -> str:
    return field.name.removesuffix("_json")


def _reader(field: FieldDescriptor) -> Callable[[Message], Any]:
    name, convert = field.name, _converter(field)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = _converter(field.message_type.fields_by_name["value"])
        return lambda message: {key: value(item) for key, item in getattr(message, name).items()}
    if field.is_repeated:
        return lambda message: [convert(item) for item in getattr(message, name)]
    if field.has_presence:
        return lambda message: convert(getattr(message, name)) if message.HasField(name) else None
    return lambda message: convert(getattr(message, name))


def _converter(field: FieldDescriptor) -> Callable[[Any], Any]:
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return as_json
    if field.enum_type is not None:
        names = _enum_names(field.enum_type)
        return lambda value: names.get(value, "unspecified")
    if field.type == FieldDescriptor.TYPE_BYTES:
        return lambda value: value.hex()
    if field.cpp_type in _INTEGERS and field.name.endswith(("token", "tokens")):
        return str
    if field.name.endswith("_json"):
        return _exact
    return _number if field.cpp_type in _LONG else lambda value: value


def _enum_names(enum: EnumDescriptor) -> dict[int, str]:
    values = {value.number: value.name for value in enum.values}
    prefix = values[0].removesuffix("UNSPECIFIED")
    return {number: name.removeprefix(prefix).lower() for number, name in values.items()}


def _exact(text: str) -> Any:
    return _keep_digits(orjson.loads(text)) if text else None


def _keep_digits(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keep_digits(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_keep_digits(item) for item in value]
    return _number(value) if isinstance(value, int) else value


def _number(value: int) -> int | str:
    return value if -EXACT_MAX <= value <= EXACT_MAX else str(value)


def _field_schema(field: FieldDescriptor) -> dict[str, Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = field.message_type.fields_by_name["value"]
        return {"type": "object", "additionalProperties": _single_schema(value)}
    single = _single_schema(field)
    return {"type": "array", "items": single} if field.is_repeated else single


def _single_schema(field: FieldDescriptor) -> dict[str, Any]:
    if field.message_type is not None:
        return schema_of(field.message_type)
    if field.enum_type is not None:
        return {"type": "string", "enum": list(_enum_names(field.enum_type).values())}
    if field.cpp_type in _INTEGERS and not field.name.endswith(("token", "tokens")):
        return {"type": ["integer", "string"]} if field.cpp_type in _LONG else {"type": "integer"}
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return {"type": "boolean"}
    return {"type": "object", "nullable": True} if field.name.endswith("_json") else {"type": "string"}

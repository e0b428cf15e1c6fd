"""The running rules service, as the command line sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import grpc
from google.protobuf.json_format import MessageToDict
from mingzhang.rules.v1 import rules_pb2 as pb
from mingzhang.rules.v1.rules_pb2_grpc import RulesServiceStub

TIMEOUT_S = 10
DEPLOY_TIMEOUT_S = 60


class RulesClient:
    """Calls the service. Implements cli.RulesPort."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = RulesServiceStub(channel)

    def deploy(self, category: str, bundle: bytes) -> tuple[str, int, bool]:
        """Puts a bundle in force: its hash, its place in the log, whether it was in force already."""
        request = pb.DeployBundleRequest(category=category, bundle=bundle)
        answer = self._stub.DeployBundle(request, timeout=DEPLOY_TIMEOUT_S)
        return answer.bundle_hash, answer.log_place, answer.known

    def warning(self, id: str) -> Mapping[str, object]:  # noqa: A002 - the field's own name
        """A warning as it stands: the fields of its message."""
        answer = self._stub.GetWarning(pb.GetWarningRequest(id=id), timeout=TIMEOUT_S)
        return _fields(answer.warning)

    def rules(self, category: str) -> Sequence[Mapping[str, object]]:
        """The rules in force ("" for all categories): the fields of their messages."""
        answer = self._stub.ListRules(pb.ListRulesRequest(category=category), timeout=TIMEOUT_S)
        return [_fields(rule) for rule in answer.rules]


def _fields(message: pb.RuleInForce) -> Mapping[str, object]:
    fields: Mapping[str, object] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return fields

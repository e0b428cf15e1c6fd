"""Rules and notify as the gateway sees them."""

from __future__ import annotations

import grpc
from mingzhang.notify.v1 import notify_pb2 as notify
from mingzhang.notify.v1.notify_pb2_grpc import NotifyServiceStub
from mingzhang.rules.v1 import rules_pb2 as rules
from mingzhang.rules.v1.rules_pb2_grpc import RulesServiceStub

from services.gateway.clients.calling import call
from services.kit.caller import Caller


class Rules:
    """Warnings, rules and bundles."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = RulesServiceStub(channel)

    def warnings(self, caller: Caller, request: rules.ListWarningsRequest) -> rules.ListWarningsResponse:
        """Warnings, newest first."""
        return call(caller, self._stub.ListWarnings, request, rules.ListWarningsResponse)

    def warning(self, caller: Caller, request: rules.GetWarningRequest) -> rules.GetWarningResponse:
        """One warning with its explanation."""
        return call(caller, self._stub.GetWarning, request, rules.GetWarningResponse)

    def rules_in_force(self, caller: Caller, request: rules.ListRulesRequest) -> rules.ListRulesResponse:
        """Rules in force."""
        return call(caller, self._stub.ListRules, request, rules.ListRulesResponse)

    def status(self, caller: Caller, request: rules.GetStatusRequest) -> rules.GetStatusResponse:
        """What the evaluators run."""
        return call(caller, self._stub.GetStatus, request, rules.GetStatusResponse)


class Notify:
    """Cases and deliveries."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = NotifyServiceStub(channel)

    def cases(self, caller: Caller, request: notify.ListCasesRequest) -> notify.ListCasesResponse:
        """Cases, newest first."""
        return call(caller, self._stub.ListCases, request, notify.ListCasesResponse)

    def case(self, caller: Caller, request: notify.GetCaseRequest) -> notify.GetCaseResponse:
        """One case with its timeline and deliveries."""
        return call(caller, self._stub.GetCase, request, notify.GetCaseResponse)

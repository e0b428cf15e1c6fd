"""RulesService: translates, delegates, translates back."""

from __future__ import annotations

from collections.abc import Sequence

import grpc
from mingzhang.rules.v1 import rules_pb2 as pb
from mingzhang.rules.v1.rules_pb2_grpc import RulesServiceServicer

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR
from services.kit.module import Database, Streams
from services.kit.rpc.context import current_caller
from services.rules import messages
from services.rules.storage import LogStores, RulesReader
from services.rules.usecases.deploy import deploy_bundle
from services.rules.usecases.evaluate import CompiledBundles
from services.rules.usecases.log import Source
from services.rules.usecases.queries import (
    WarningFilter,
    get_status,
    get_warning,
    list_rules,
    list_warnings,
)

LIMIT_DEFAULT = 100


class RulesServicer(RulesServiceServicer):
    """Warnings within the caller's scope, the rules in force, and their deployment."""

    def __init__(
        self, database: Database, streams: Streams, bundles: CompiledBundles, served: Sequence[str]
    ) -> None:
        """`served` are the categories that this process evaluates."""
        self._database = database
        self._streams = streams
        self._bundles = bundles
        self._served = served
        self._reader = RulesReader(database)

    def ListWarnings(
        self, request: pb.ListWarningsRequest, context: grpc.ServicerContext
    ) -> pb.ListWarningsResponse:
        """Warnings, newest change first."""
        caller = current_caller()
        caller.require(ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
        wanted = WarningFilter(
            request.category, request.rule_id, request.severity, request.subject, request.with_retracted
        )
        scope = caller.scope.narrowed(request.division_code)
        limit = request.limit or LIMIT_DEFAULT
        rows, token = list_warnings(self._reader, scope, wanted, limit, request.page_token)
        return pb.ListWarningsResponse(
            warnings=[messages.warning(row) for row in rows], next_page_token=token
        )

    def GetWarning(
        self, request: pb.GetWarningRequest, context: grpc.ServicerContext
    ) -> pb.GetWarningResponse:
        """One warning; not found is also what lies outside the scope."""
        caller = current_caller()
        caller.require(ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
        row, history = get_warning(self._reader, self._bundles, caller.scope, request.id)
        return pb.GetWarningResponse(
            warning=messages.warning(row), history=[messages.warning(item) for item in history]
        )

    def ListRules(self, request: pb.ListRulesRequest, context: grpc.ServicerContext) -> pb.ListRulesResponse:
        """Rules in force, with the standing warnings that the caller may see."""
        caller = current_caller()
        caller.require(ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
        rules = list_rules(self._reader, self._bundles, caller.scope, request.category)
        return pb.ListRulesResponse(rules=[messages.rule_in_force(rule) for rule in rules])

    def DeployBundle(
        self, request: pb.DeployBundleRequest, context: grpc.ServicerContext
    ) -> pb.DeployBundleResponse:
        """Puts a bundle in force."""
        caller = current_caller()
        caller.require(ADMINISTRATOR, RULE_AUTHOR)
        caller.require_whole_province()
        source = Source("", "", 0, "DeployBundle", caller.request_id)
        with self._database.transaction() as connection:
            store = LogStores(connection, request.category)
            deployed = deploy_bundle(
                store, self._bundles, self._served, request.category, request.bundle, caller.user, source
            )
            if not deployed.known:
                event = messages.bundles_deployed(deployed, caller.user)
                self._streams.append(connection, [event], request_id=caller.request_id)
        return pb.DeployBundleResponse(
            bundle_hash=deployed.bundle_hash, log_place=deployed.log_place, known=deployed.known
        )

    def GetStatus(self, request: pb.GetStatusRequest, context: grpc.ServicerContext) -> pb.GetStatusResponse:
        """The evaluators of this process."""
        current_caller().require(ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
        found = get_status(self._reader, self._served)
        return pb.GetStatusResponse(evaluators=[messages.evaluator_status(status) for status in found])

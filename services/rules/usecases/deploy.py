"""Bundles put in force: forward only, at one place of a category's log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.kit.errors import InvalidInput, NotFound
from services.rules.domain import BUNDLE_CATEGORIES, FACT_KINDS, Rule
from services.rules.language.conditions import conditions_of
from services.rules.language.expression import fields_of
from services.rules.language.message import UnknownName, parse_message, shown_names
from services.rules.usecases.evaluate import CompiledBundles
from services.rules.usecases.log import Entry, Source
from services.rules.usecases.ports import FactStore, Rules, Store


@dataclass(frozen=True)
class Deployed:
    """A bundle in force: its hash and number of rules, where in the log it took effect, and whether it was before."""

    category: str
    bundle_hash: str
    rules: int
    log_place: int
    known: bool


def deploy_bundle(
    store: Store,
    bundles: CompiledBundles,
    served: Sequence[str],
    category: str,
    content: bytes,
    deployed_by: str,
    source: Source,
) -> Deployed:
    """Puts a bundle in force for what comes after this place of the log. The bundle in force changes nothing.

    `served` are the categories of this process. Raises NotFound for another category, InvalidInput for a bundle that
    lint refuses, that is of another category, has no rules, or looks back on columns which are not kept.
    """
    if category not in served:
        raise NotFound(
            "rules.category_not_served",
            f"本进程不评判资金类别 {category}",
            f"category {category} is not evaluated here",
            {"category": category},
        )
    rules = bundles.add(content)
    _refuse_other_category(rules, category)
    _refuse_empty(rules, category)
    refuse_unkept(rules, store.facts)
    state = store.log.lock()
    if state.bundle_hash == rules.bundle.hash:
        return Deployed(category, rules.bundle.hash, len(rules.bundle.rules), state.place, True)
    store.log.keep_bundle(rules.bundle, deployed_by)
    state = replace(state, place=state.place + 1, bundle_hash=rules.bundle.hash)
    store.log.append(state, Entry("bundle", [source]))
    return Deployed(category, rules.bundle.hash, len(rules.bundle.rules), state.place, False)


def deploy_if_none(
    store: Store,
    bundles: CompiledBundles,
    category: str,
    shipped: Callable[[], bytes],
    source: Source,
) -> Deployed | None:
    """At the first start, with an empty log: puts the shipped rules in force. None if a bundle is in force already."""
    if store.log.lock().bundle_hash is not None:
        return None
    return deploy_bundle(store, bundles, BUNDLE_CATEGORIES, category, shipped(), "mingzhang", source)


def _refuse_other_category(rules: Rules, category: str) -> None:
    if rules.bundle.category != category:
        raise InvalidInput(
            "rules.bundle_of_other_category",
            f"规则包属于 {rules.bundle.category}，不是 {category}",
            f"the bundle is of {rules.bundle.category}, not of {category}",
            {"category": category, "bundle_category": rules.bundle.category},
        )


def _refuse_empty(rules: Rules, category: str) -> None:
    # Only here, not where bundles are read: one that is kept in a log must stay readable.
    if not rules.bundle.rules:
        raise InvalidInput(
            "rules.empty_bundle",
            f"规则包里没有规则，部署后 {category} 将不再有任何预警",
            f"the bundle has no rules; nothing of {category} would be judged any more",
            {"category": category},
        )


def refuse_unkept(rules: Rules, facts: FactStore) -> None:
    """Refuses a bundle with a rule that looks back on columns which are not kept. Raises InvalidInput."""
    for rule_id, kind, columns in _looked_back_on(rules):
        kept: Mapping[str, object] = facts.columns.get(kind, {})
        missing = sorted(set(columns) - set(kept))
        if missing:
            names = ", ".join(missing)
            raise InvalidInput(
                "rules.columns_not_kept",
                f"规则 {rule_id} 需要回看 {kind} 的 {names}，而这些字段不保存",
                f"rule {rule_id} looks back on {names} of {kind}, which are not kept",
                {"rule": rule_id, "kind": kind, "fields": names},
            )


def _looked_back_on(rules: Rules) -> Iterator[tuple[str, str, set[str]]]:
    for kind in sorted(rules.kinds - {"warning"}):
        if FACT_KINDS[kind].per_day:
            continue
        for window in rules.windows(kind):
            yield window.rule.id, kind, set(window.columns)
        for match in rules.matches(kind):
            yield match.rule.id, kind, set(match.columns(kind))
        for rule in rules.bundle.rules:
            if rule.form == "when" and rule.on == kind and conditions_of(rule).lists:
                yield rule.id, kind, _read_again(rule, kind)


def _read_again(rule: Rule, kind: str) -> set[str]:
    """The fields that a rule needs of a fact when a list changes: of its conditions, its sentence and its subject."""
    conditions = conditions_of(rule)
    pieces = parse_message(rule.message, shown_names(rule.on, None, None, rule.params))
    if isinstance(pieces, UnknownName):
        raise InvalidInput(
            "rules.bundle_invalid", "规则包无法识别", "this is not a bundle of rules", {"rule": rule.id}
        )
    shown = {piece.name for piece in pieces if piece.name}
    known = {"division_code", "day", FACT_KINDS[kind].key, rule.subject.field}
    return {*conditions.read(), *fields_of(conditions.amount), *shown, *known}

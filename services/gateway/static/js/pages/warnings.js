// Warnings, and one of them with why it fired.

import { get, query as asQuery } from "../api.js";
import { divisionName, divisionSelect, fundName } from "../base.js";
import { el } from "../dom.js";
import { amount, chip, choices, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { yuan } from "../money.js";
import { fieldName, language, t, word } from "../words.js";
import { paymentHref } from "./payments.js";

const CATEGORIES = ["poverty", "project", "benefit", "operations", "general", "unassigned", "cross"];
const SEVERITIES = ["red", "orange", "yellow", "blue"];
const FILTERS = ["division_code", "category", "severity", "rule_id", "subject", "with_retracted", "page_token"];
const PAGE = 50;
const SHORT = 12;

export async function warnings({ query }) {
  const page = await get("/warnings", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  return el(
    "div",
    { class: "page" },
    heading(t("warnings"), t("suspicionNote")),
    filters(
      "#/warnings",
      field(t("severity"), select("severity", choices("severity", SEVERITIES), query.get("severity"))),
      field(t("category"), select("category", choices("category", CATEGORIES), query.get("category"))),
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("rule"), el("input", { name: "rule_id", maxlength: 200, value: query.get("rule_id") || "" })),
      field(t("subject"), el("input", { name: "subject", maxlength: 200, value: query.get("subject") || "" })),
      el("label", { class: "check" }, el("input", { type: "checkbox", name: "with_retracted", value: "true", checked: query.has("with_retracted") }), t("withRetracted")),
    ),
    panel(null, warningTable(page.warnings), pager("#/warnings", query, page.next_page_token)),
  );
}

export function warningTable(rows) {
  return table(
    t("warnings"),
    [
      { name: t("severity"), tight: true, cell: (row) => chip(row.severity) },
      {
        name: t("title"),
        wide: true,
        cell: (row) => [
          el("a", { href: `#/warnings/${row.id}` }, row.title),
          row.retracted_because ? tag(t("gone")) : null,
          el("p", { class: "note" }, row.message),
        ],
      },
      { name: t("stake"), number: true, cell: (row) => amount(row.amount_fen) },
      { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
      { name: t("category"), tight: true, cell: (row) => word("category", row.category) },
      { name: t("day"), tight: true, cell: (row) => row.day },
    ],
    rows,
  );
}

export async function oneWarning({ key }) {
  const { warning, history } = await get(`/warnings/${encodeURIComponent(key)}`);
  const explanation = warning.explanation || {};
  return el(
    "div",
    { class: "page" },
    heading([chip(warning.severity), " ", warning.title], t("suspicionNote"), el("a", { href: `#/warnings${asQuery({ subject: warning.subject, with_retracted: "true" })}` }, t("sameSubject"))),
    warning.retracted_because ? el("p", { class: "retracted" }, t("retractedBecause", { reason: warning.retracted_because })) : null,
    panel(
      null,
      el("p", { class: "sentence" }, warning.message),
      el("p", { class: "headline" }, amount(warning.amount_fen), " ", el("small", {}, t("stake"))),
      facts([
        [t("subject"), subject(warning)],
        [t("division"), divisionName(warning.division_code)],
        [t("category"), word("category", warning.category)],
        [t("fund"), warning.fund_code ? fundName(warning.fund_code) : ""],
        [t("day"), warning.day],
        [t("period"), warning.period === "once" ? "" : warning.period],
        [t("basis"), warning.basis.length ? el("ul", { class: "plain" }, warning.basis.map((basis) => el("li", {}, basis))) : ""],
        [t("rule"), el("code", {}, warning.rule_id)],
        [t("bundle"), el("code", { title: warning.bundle_hash }, warning.bundle_hash.slice(0, SHORT))],
        [t("place"), String(warning.log_place)],
        [t("revision"), String(warning.revision)],
      ]),
    ),
    panel(t("why"), why(explanation)),
    history.length ? panel(t("history"), table(t("history"), HISTORY(), history)) : null,
  );
}

function subject(warning) {
  const kind = word("subject", warning.subject_kind);
  if (warning.subject_kind === "payment") return [kind, " ", el("a", { href: paymentHref(warning.subject) }, warning.subject)];
  return [kind, " ", el("code", {}, warning.subject)];
}

function why({ condition, inputs = {}, inputs_shown: told, tree, change, facts: named = [], facts_number: number = 0 }) {
  const rows = told || Object.entries(inputs).map(([name, value]) => ({ name, value }));
  return [
    change ? el("p", { class: "change" }, el("b", {}, `${t("change")}：`), changed(change)) : null,
    condition ? [el("h3", {}, t("condition")), el("pre", {}, condition)] : null,
    tree ? [el("h3", {}, t("steps")), el("ul", { class: "tree" }, step(tree))] : null,
    el("h3", {}, t("inputs")),
    table(
      t("inputs"),
      [
        { name: t("field"), cell: (row) => [called(row, row.name), " ", el("code", { class: "faint" }, row.name)] },
        { name: t("value"), wide: true, cell: (row) => row.shown || value(row.name, row.value) },
      ],
      rows,
    ),
    named.length
      ? [
          el("h3", {}, t("facts")),
          el("ul", { class: "plain keys" }, named.map((name) => el("li", {}, el("code", {}, name)))),
          number > named.length ? el("p", { class: "note" }, t("factsMore", { n: number, m: named.length })) : null,
        ]
      : null,
  ];
}

function changed(change) {
  if (typeof change !== "object") return t("changeNone");
  const from = change.from_shown || valueText(change.field, change.from);
  const to = change.to_shown || valueText(change.field, change.to);
  return t("changeBy", { field: called(change, change.field), from, to });
}

/** What rules calls a field, in Chinese; English names are made of the field's own. */
function called(told, name) {
  return language() === "zh" && told.label ? told.label : fieldName(name);
}

function step(node) {
  const known = node.value === true ? "yes" : node.value === false ? "no" : "";
  const parts = (node.parts || []).filter((part) => part.text !== node.text);
  return el(
    "li",
    { class: known || null },
    el("code", {}, node.text),
    el("span", { class: "value" }, node.shown || value(isField(node.text) ? node.text : "", node.value)),
    parts.length ? el("ul", {}, parts.map(step)) : null,
  );
}

function isField(text) {
  return /^[a-z_.]+$/.test(text);
}

function value(name, given) {
  if (given === null || given === undefined) return el("span", { class: "faint" }, t("missing"));
  return valueText(name, given);
}

function valueText(name, given) {
  if (given === null || given === undefined) return t("missing");
  if (given === true || given === false) return given ? t("truth") : t("falsehood");
  if (name.endsWith("_fen") && /^-?\d+$/.test(String(given))) return `${yuan(given)} ${t("yuan")}`;
  if (name.endsWith("division_code")) return divisionName(given);
  if (name === "category") return word("category", given);
  if (name.endsWith("payee_kind")) return word("payee", given);
  return String(given);
}

function HISTORY() {
  return [
    { name: t("revision"), tight: true, cell: (row) => row.revision },
    { name: t("day"), tight: true, cell: (row) => row.day },
    { name: t("message"), wide: true, cell: (row) => row.message },
    { name: t("stake"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("state"), cell: (row) => (row.retracted_because ? tag(row.retracted_because) : tag(t("stands"), "good")) },
  ];
}

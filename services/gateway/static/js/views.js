// What the pages of views have in common: which columns a tab has, what rows are called, and where a figure leads.

import { divisionName, fund } from "./base.js";
import { el } from "./dom.js";
import { percent } from "./money.js";
import { amount, bar } from "./parts.js";
import { t, word } from "./words.js";

export const DIMENSIONS = ["division", "level", "fund", "category", "document", "project", "year", "month", "age"];
export const FILTERS = ["fiscal_year", "division_code", "only_here", "level", "category", "fund_code", "document_number"];
export const TABS = {
  total: ["total_fen", "arranged_fen", "received_fen", "carried_over_fen", "transferred_fen", "integrated_fen", "adjusted_fen", "recovered_fen"],
  given: ["total_fen", "allotted_fen", "issued_fen", "undistributed_fen", "distribution_bp", "in_transit_fen", "pending_fen", "free_fen", "frozen_fen"],
  paid: ["total_fen", "issued_fen", "paid_fen", "intermediate_fen", "progress_bp", "schedule_bp", "behind_bp", "behind_fen", "balance_fen", "suspense_fen"],
  carried: ["total_fen", "carried_over_fen", "paid_fen", "progress_bp", "balance_fen", "pending_fen", "free_fen", "allotted_unpaid_fen"],
};
const OF_PROJECTS = ["allotted_fen", "drawn_fen", "allotted_unpaid_fen"];
const SHARES_OF_ALL = ["distribution_bp", "progress_bp", "schedule_bp", "behind_bp", "behind_fen"];
const ONLY_WHERE_ANY = ["received_fen", "transferred_fen", "integrated_fen", "adjusted_fen", "recovered_fen", "carried_over_fen", "in_transit_fen", "pending_fen", "frozen_fen", "suspense_fen"];
const PAYMENTS = ["paid_fen", "intermediate_fen", "suspense_fen", "drawn_fen"];
const FILTER_OF = { year: "fiscal_year", level: "level", division: "division_code", fund: "fund_code", category: "category", document: "document_number" };

// The measures of a tab that say something of these rows.
export function measuresOf(tab, dimensions, rows, total) {
  if (dimensions.includes("project")) return OF_PROJECTS;
  const any = (name) => [...rows, total].some((row) => row && BigInt(row[name]) !== 0n);
  return TABS[tab].filter((name) => (!dimensions.includes("month") || !SHARES_OF_ALL.includes(name)) && (!ONLY_WHERE_ANY.includes(name) || any(name)));
}

export function nameOf(dimension, name) {
  if (dimension === "division") return divisionName(name);
  if (dimension === "fund") return fund(name);
  if (dimension === "age") return name ? word("age", name) : "—";
  if (["category", "level"].includes(dimension)) return name ? word(dimension, name) : "—";
  return name || "—";
}

export function columnsOf(dimensions, measures, unit, linked) {
  const names = dimensions.map((dimension, place) => ({
    name: word("dimension", dimension),
    tight: !["document", "project"].includes(dimension),
    cell: (row) => (row.isTotal ? (place === 0 ? el("b", {}, t("total")) : "") : nameOf(dimension, row.names[place])),
  }));
  const figures = measures.map((measure) => ({ name: word("measure", measure), number: !isBar(measure), cell: (row) => figure(measure, row, unit, linked) }));
  return [...names, ...figures];
}

function isBar(measure) {
  return measure === "progress_bp" || measure === "distribution_bp";
}

function figure(measure, row, unit, linked) {
  const value = row[measure];
  if (isBar(measure)) return bar(Number(value));
  if (measure.endsWith("_bp")) return BigInt(value) === 0n ? el("span", { class: "zero" }, "—") : percent(value);
  const shown = amount(value, unit);
  const href = linked && BigInt(value) !== 0n ? linked(row, measure) : null;
  return href ? el("a", { class: "figure-link", href }, shown) : shown;
}

// Where a figure of a row leads: to what it is made of, from funds to documents, to projects or to payments.
export function deeper(query, dimensions, row, measure) {
  const next = new URLSearchParams();
  for (const name of [...FILTERS, "as_of", "known_at", "unit", "tab"]) if (query.get(name)) next.set(name, query.get(name));
  const names = row.isTotal ? [] : row.names;
  names.forEach((name, place) => {
    if (FILTER_OF[dimensions[place]] && name) next.set(FILTER_OF[dimensions[place]], name);
    if (dimensions[place] === "division") next.set("only_here", "true");
  });
  const said = (dimension) => dimensions.includes(dimension) || next.get(FILTER_OF[dimension]);
  const paid = PAYMENTS.includes(measure);
  if (dimensions.includes("project") || dimensions.includes("month") || (paid && next.get("document_number"))) return payments(next, dimensions, names);
  if (row.isTotal) return null;
  if (!said("fund")) next.set("by", "fund");
  else if (!said("document")) next.set("by", "document");
  else next.set("by", "project");
  return `#/ledger?${next}`;
}

function payments(view, dimensions, names) {
  const next = new URLSearchParams();
  for (const name of ["division_code", "fund_code", "category", "document_number"]) if (view.get(name)) next.set(name, view.get(name));
  const month = names[dimensions.indexOf("month")];
  if (month) {
    const [year, number] = month.split("-").map(Number);
    next.set("from_day", `${month}-01`);
    next.set("to_day", `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, "0")}`);
  } else if (view.get("as_of")) next.set("to_day", view.get("as_of"));
  return `#/payments?${next}`;
}

// The heads of a table say what their columns mean.
export function withMeanings(table, first, measures) {
  table.querySelectorAll("thead th").forEach((head, place) => {
    if (place >= first) head.title = word("meaning", measures[place - first]);
  });
  return table;
}

export function meaningsDialog(measures) {
  const close = el("button", { type: "button", on: { click: () => dialog.close() } }, t("close"));
  const said = measures.map((measure) => el("div", {}, el("dt", {}, word("measure", measure)), el("dd", {}, word("meaning", measure))));
  const dialog = el("dialog", { class: "meanings", "aria-label": t("meanings") }, el("h2", {}, t("meanings")), el("dl", {}, said), close);
  return dialog;
}

// The ledger's sums by division and fund.

import { get } from "../api.js";
import { divisionName, divisionSelect, fund, fundSelect } from "../base.js";
import { el } from "../dom.js";
import { amount, bar, choices, field, filters, heading, panel, select, table } from "../parts.js";
import { t, word } from "../words.js";

const CATEGORIES = ["poverty", "project", "benefit", "operations", "general", "unassigned"];
const YEARS_BACK = 6;

export async function ledger({ query }) {
  const unit = query.get("unit") === "yuan" ? "yuan" : "tenThousands";
  const wanted = Object.fromEntries(["fiscal_year", "division_code", "category", "fund_code"].map((name) => [name, query.get(name) || ""]));
  const summary = await get("/summary", wanted);
  const money = (name, key) => ({ name, number: true, cell: (row) => amount(row[key] || 0, unit) });
  // What most divisions never have is a column only where somebody has it.
  const some = (name, key) => (summary.rows.some((row) => BigInt(row[key]) !== 0n) ? [money(name, key)] : []);
  const columns = [
    { name: t("division"), tight: true, cell: (row) => (row.isTotal ? el("b", {}, t("total")) : el("a", { href: `#/payments?division_code=${row.division_code}${row.fund_code ? `&fund_code=${row.fund_code}` : ""}` }, divisionName(row.division_code))) },
    { name: t("fund"), tight: true, cell: (row) => (row.isTotal ? "" : [fund(row.fund_code), traceLink(row)]) },
    { name: t("category"), tight: true, cell: (row) => (row.isTotal ? "" : word("category", row.category)) },
    { name: t("year"), tight: true, cell: (row) => row.fiscal_year || "" },
    money(t("arranged"), "arranged_fen"),
    money(t("issued"), "issued_fen"),
    ...some(t("inTransit"), "in_transit_fen"),
    money(t("allotted"), "allotted_fen"),
    ...some(t("pending"), "pending_fen"),
    money(t("free"), "free_fen"),
    ...some(t("frozen"), "frozen_fen"),
    money(t("paidShort"), "paid_fen"),
    money(t("intermediate"), "intermediate_fen"),
    { name: t("progress"), cell: (row) => bar(row.progress_bp) },
  ];
  const total = summary.total ? { ...summary.total, isTotal: true } : null;
  return el(
    "div",
    { class: "page" },
    heading(t("ledger"), summary.closed_to ? t("closedTo", { day: summary.closed_to }) : t("neverClosed")),
    form(query, unit, summary),
    panel(
      null,
      el("p", { class: "note unit" }, `${t("unit")}：${unit === "yuan" ? t("yuan") : t("tenThousandYuan")}`, "　", `${t("suspense")} `, amount(summary.suspense_fen, unit)),
      table(t("ledger"), columns, summary.rows, total),
    ),
  );
}

function traceLink(row) {
  if (!row.fund_code) return null;
  return [" ", el("a", { href: `#/trace/division/${row.division_code}?fund_code=${row.fund_code}&fiscal_year=${row.fiscal_year}` }, t("traceThis"))];
}

function form(query, unit, summary) {
  const newest = Math.max(new Date().getFullYear(), ...summary.rows.map((row) => row.fiscal_year));
  const oldest = Math.min(newest - YEARS_BACK, ...summary.rows.map((row) => row.fiscal_year).filter(Boolean));
  const years = Array.from({ length: newest - oldest + 1 }, (_, back) => String(newest - back)).map((year) => [year, year]);
  return filters(
    "#/ledger",
    field(t("year"), select("fiscal_year", [["", t("all")], ...years], query.get("fiscal_year"))),
    field(t("division"), divisionSelect("division_code", query.get("division_code"))),
    field(t("category"), select("category", choices("category", CATEGORIES), query.get("category"))),
    field(t("fund"), fundSelect("fund_code", query.get("fund_code"))),
    field(t("unit"), select("unit", [["", t("tenThousandYuan")], ["yuan", t("yuan")]], unit === "yuan" ? "yuan" : "")),
  );
}

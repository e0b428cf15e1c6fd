// 上下级对账: what was issued against what was registered, and what each level made of a document.

import { get } from "../api.js";
import { divisionName, divisionSelect, fund, fundSelect } from "../base.js";
import { el } from "../dom.js";
import { count } from "../money.js";
import { amount, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { traceHref } from "./trace.js";

const FILTERS = ["fiscal_year", "division_code", "fund_code", "page_token"];
const PAGE = 50;
const YEARS_BACK = 10;

export async function reconciliation({ query }) {
  const byDocument = query.get("by") === "document";
  const wanted = { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE };
  const body = byDocument ? documents(await get("/reconciliation/documents", wanted), query) : issues(await get("/reconciliation/issues", { ...wanted, only_differences: query.get("only_differences") }), query);
  return el("div", { class: "page" }, heading(t("reconciliation"), t("reconciliationNote"), tabs(byDocument)), form(query, byDocument), body);
}

function tabs(byDocument) {
  const tab = (name, href, chosen) => el("a", { href, class: "tab", "aria-current": chosen ? "page" : null }, t(name));
  return el("nav", { class: "tabs" }, tab("byIssue", "#/reconciliation", !byDocument), tab("byDocument", "#/reconciliation?by=document", byDocument));
}

function form(query, byDocument) {
  const newest = new Date().getFullYear();
  const years = Array.from({ length: YEARS_BACK }, (_, back) => String(newest - back)).map((year) => [year, year]);
  return filters(
    "#/reconciliation",
    byDocument ? el("input", { type: "hidden", name: "by", value: "document" }) : null,
    field(t("year"), select("fiscal_year", [["", t("all")], ...years], query.get("fiscal_year"))),
    field(t(byDocument ? "division" : "receivingDivision"), divisionSelect("division_code", query.get("division_code"))),
    field(t("fund"), fundSelect("fund_code", query.get("fund_code"))),
    byDocument ? null : el("label", { class: "check" }, el("input", { type: "checkbox", name: "only_differences", value: "true", checked: query.has("only_differences") }), t("onlyDifferences")),
  );
}

function issues(page, query) {
  const columns = [
    { name: t("receivingDivision"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("upperDivision"), tight: true, cell: (row) => divisionName(row.upper_division_code) },
    { name: t("upperDocument"), tight: true, cell: (row) => (row.upper_key ? el("a", { href: traceHref("quota", row.upper_key) }, row.upper_document_number || row.upper_key) : row.upper_document_number || "—") },
    { name: t("fund"), cell: (row) => fund(row.fund_code) },
    { name: t("year"), tight: true, cell: (row) => row.fiscal_year },
    { name: t("issuedSum"), number: true, cell: (row) => amount(row.issued_fen, "tenThousands") },
    { name: t("registeredSum"), number: true, cell: (row) => amount(row.registered_fen, "tenThousands") },
    { name: t("difference"), number: true, cell: (row) => (row.difference_fen === 0 ? "—" : amount(row.difference_fen, "tenThousands")) },
    { name: t("issueCounts"), number: true, cell: (row) => `${row.issues} / ${row.registered}` },
    {
      name: t("state"),
      cell: (row) => [tag(word("issue", row.state), row.state === "agrees" ? "good" : "bad"), row.since ? el("p", { class: "note" }, t("sinceDay", { day: row.since, n: count(row.days) })) : null],
    },
  ];
  return [
    el(
      "dl",
      { class: "figures" },
      figure(t("issuedSum"), amount(page.issued_fen, "tenThousands")),
      figure(t("registeredSum"), amount(page.registered_fen, "tenThousands")),
      figure(t("difference"), amount(BigInt(page.issued_fen) - BigInt(page.registered_fen), "tenThousands")),
      figure(t("linesDiffering"), count(page.differing), `${t("linesAll")} ${count(page.all)}`),
    ),
    panel(null, unit(), table(t("reconciliation"), columns, page.lines), pager("#/reconciliation", query, page.next_page_token)),
  ];
}

function documents(page, query) {
  const rows = page.documents.flatMap((one) => one.levels.map((level, place) => ({ ...level, one, first: place === 0 })));
  const money = (name, key) => ({ name, number: true, cell: (row) => amount(row[key], "tenThousands") });
  const columns = [
    {
      name: t("topDocument"),
      tight: true,
      cell: (row) => (row.first ? [row.one.document_number ? el("a", { href: traceHref("document", row.one.document_number) }, row.one.document_number) : "—", row.one.complete ? null : tag(t("incomplete"), "bad")] : ""),
    },
    { name: t("fund"), cell: (row) => (row.first ? fund(row.one.fund_code) : "") },
    { name: t("levelName"), tight: true, cell: (row) => (row.level ? word("level", row.level) : "—") },
    { name: t("quotaCount"), number: true, cell: (row) => count(row.quotas) },
    money(t("arranged"), "amount_fen"),
    money(t("issued"), "issued_fen"),
    money(t("keptFen"), "kept_fen"),
    money(t("allotted"), "allotted_fen"),
    money(t("paidShort"), "paid_fen"),
    money(t("intermediate"), "intermediate_fen"),
  ];
  return panel(null, unit(), table(t("byDocument"), columns, rows), pager("#/reconciliation", query, page.next_page_token));
}

function figure(name, value, note) {
  return el("div", { class: "figure" }, el("dt", {}, name), el("dd", {}, value), note ? el("p", { class: "note" }, note) : null);
}

function unit() {
  return el("p", { class: "note unit" }, `${t("unit")}：${t("tenThousandYuan")}`);
}

// Monitoring indicators of divisions and categories. A value opens into the view behind it.

import { get } from "../api.js";
import { divisionName, divisionSelect } from "../base.js";
import { el } from "../dom.js";
import { yuan } from "../money.js";
import { amount, bar, byLanguage, field, filters, heading, panel, table } from "../parts.js";
import { t, word } from "../words.js";

const TAB_OF = { distribution_rate: "given", match_rate: "given", on_time_decomposition: "given" };

export async function indicators({ query }) {
  const asked = { as_of: query.get("as_of"), division_code: query.get("division_code"), fiscal_year: query.get("fiscal_year") };
  const found = await get("/indicators", asked);
  const shares = found.indicators.filter((one) => one.unit === "bp");
  const amounts = found.indicators.filter((one) => one.unit === "fen");
  const values = new Map(found.values.map((one) => [`${one.indicator_id}|${one.division_code}|${one.category}`, one]));
  const rows = (key) => [...new Set(found.values.map((one) => one[key]).filter(Boolean))].map((name) => ({ [key]: name }));
  const meanings = meaningsOf(found.indicators);
  const put = (title, key, some) => {
    const columns = columnsOf(key, some, values, asked, found.as_of);
    return panel(title, el("p", { class: "note unit" }, some === amounts ? `${t("unit")}：${t("tenThousandYuan")}` : ""), titled(table(title, columns, rows(key), { isTotal: true }, "views"), some));
  };
  return el(
    "div",
    { class: "page" },
    heading(t("indicators"), `${t("lookAsOf", { day: found.as_of })} · ${t("indicatorsNote")}`, el("button", { type: "button", class: "plain", on: { click: () => meanings.showModal() } }, t("meanings"))),
    filters(
      "#/indicators",
      field(t("asOfDay"), el("input", { type: "date", name: "as_of", value: query.get("as_of") || "" })),
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("year"), el("input", { name: "fiscal_year", inputmode: "numeric", pattern: "[0-9]{4}", maxlength: 4, value: query.get("fiscal_year") || "" })),
    ),
    put(t("ofCategories"), "category", shares),
    put(t("byDivision"), "division_code", shares),
    put(t("idleMoney"), "division_code", amounts),
    meanings,
  );
}

function columnsOf(key, some, values, asked, day) {
  const first = {
    name: t(key === "category" ? "category" : "division"),
    tight: true,
    cell: (row) => (row.isTotal ? el("b", {}, t("total")) : key === "category" ? word("category", row.category) : divisionName(row.division_code)),
  };
  const figures = some.map((one) => ({
    name: byLanguage(one.title_zh, one.title_en),
    number: one.unit === "fen",
    cell: (row) => cell(one, values.get(`${one.id}|${row.division_code || ""}|${row.category || ""}`), row, asked, day),
  }));
  return [first, ...figures];
}

function cell(indicator, value, row, asked, day) {
  if (!value || value.value === null) return el("span", { class: "zero" }, "—");
  const next = new URLSearchParams({ as_of: day, by: indicator.id.startsWith("idle") ? "age" : "fund", tab: TAB_OF[indicator.id] || "paid" });
  for (const name of ["division_code", "fiscal_year"]) if (asked[name]) next.set(name, asked[name]);
  if (row.category) next.set("category", row.category);
  if (row.division_code) {
    next.set("division_code", row.division_code);
    next.set("only_here", "true");
  }
  const shown = indicator.unit === "fen" ? amount(value.value, "tenThousands") : bar(Number(value.value));
  const title = indicator.unit === "fen" ? null : `${yuan(value.numerator_fen)} ÷ ${yuan(value.denominator_fen)}`;
  return el("a", { class: "figure-link", href: `#/ledger?${next}`, title }, shown);
}

function titled(node, some) {
  node.querySelectorAll("thead th").forEach((head, place) => {
    if (place > 0) head.title = byLanguage(some[place - 1].meaning_zh, some[place - 1].meaning_en);
  });
  return node;
}

function meaningsOf(known) {
  const said = known.map((one) =>
    el("div", {}, el("dt", {}, byLanguage(one.title_zh, one.title_en)), el("dd", {}, byLanguage(one.meaning_zh, one.meaning_en), el("p", { class: "note" }, `${t("indicatorSource")}：${one.source}`))),
  );
  const close = el("button", { type: "button", on: { click: () => dialog.close() } }, t("close"));
  const dialog = el("dialog", { class: "meanings", "aria-label": t("meanings") }, el("h2", {}, t("meanings")), el("dl", {}, said), close);
  return dialog;
}

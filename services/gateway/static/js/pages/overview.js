// The state of things on one page: money, progress, warnings, cases, and how far the days are closed.

import { get, send } from "../api.js";
import { el, show } from "../dom.js";
import { bar, amount, heading, panel, table, chip } from "../parts.js";
import { count, sum } from "../money.js";
import { t, word } from "../words.js";
import { warningTable } from "./warnings.js";

const CATEGORIES = ["poverty", "project", "benefit", "operations", "general"];
const SEVERITIES = ["red", "orange", "yellow", "blue"];
const CASES_COUNTED = 500;
const NEWEST = 8;

export async function overview({ me, reload }) {
  const [summary, rules, newest, cases, ...byCategory] = await Promise.all([
    get("/summary", { totals_only: true }),
    get("/rules"),
    get("/warnings", { limit: NEWEST }),
    get("/cases", { state: "pending_issue", limit: CASES_COUNTED }),
    ...CATEGORIES.map((category) => get("/summary", { category, totals_only: true })),
  ]);
  const note = summary.closed_to ? t("closedTo", { day: summary.closed_to }) : t("neverClosed");
  const tools = mayClose(me) ? [closing(summary.closed_to, reload)] : [];
  return el(
    "div",
    { class: "page" },
    heading(t("overview"), note, ...tools),
    figures(summary),
    el(
      "div",
      { class: "columns" },
      panel(t("byCategory"), categories(byCategory)),
      panel(t("standing"), severities(rules.rules), openCases(cases)),
    ),
    panel(t("newest"), warningTable(newest.warnings), el("p", { class: "see-all" }, el("a", { href: "#/warnings" }, t("seeAll")))),
  );
}

function figures({ total, suspense_fen: suspense }) {
  const sums = total || {};
  const figure = (name, fen, note, extra) =>
    el(
      "div",
      { class: "figure" },
      el("dt", {}, name),
      el("dd", {}, amount(fen || 0, "tenThousands"), el("small", {}, t("tenThousandYuan"))),
      extra || el("p", { class: "note" }, note),
    );
  return el(
    "dl",
    { class: "figures" },
    figure(t("arranged"), sums.arranged_fen, `${t("allotted")} ${tenThousandsText(sums.allotted_fen)}`),
    figure(t("paid"), sums.paid_fen, "", bar(sums.progress_bp || 0)),
    figure(t("intermediate"), sums.intermediate_fen, t("intermediateNote")),
    figure(t("suspense"), suspense, t("suspenseNote")),
  );
}

function tenThousandsText(fen) {
  return `${amount(fen || 0, "tenThousands").textContent} ${t("tenThousandYuan")}`;
}

function categories(summaries) {
  const rows = CATEGORIES.map((name, place) => ({ name, ...(summaries[place].total || {}) }));
  const money = (name, key) => ({ name: `${name}（${t("tenThousandYuan")}）`, number: true, cell: (row) => amount(row[key] || 0, "tenThousands") });
  return table(
    t("byCategory"),
    [
      { name: t("category"), cell: (row) => el("a", { href: `#/ledger?category=${row.name}` }, word("category", row.name)) },
      money(t("arranged"), "arranged_fen"),
      money(t("paidShort"), "paid_fen"),
      { name: t("progress"), cell: (row) => bar(row.progress_bp || 0) },
    ],
    rows,
  );
}

function severities(rules) {
  return el(
    "ul",
    { class: "severities" },
    SEVERITIES.map((severity) => {
      const standing = sum(rules.filter((rule) => rule.severity === severity).map((rule) => rule.standing));
      return el("li", {}, el("a", { href: `#/warnings?severity=${severity}` }, chip(severity), el("b", {}, count(standing))));
    }),
  );
}

function openCases({ cases, next_page_token: more }) {
  return el("a", { class: "open-cases", href: "#/cases?state=pending_issue" }, el("span", {}, t("openCases")), el("b", {}, count(cases.length), more ? "+" : ""));
}

// A day closes for the whole province.
function mayClose(me) {
  return me.roles.includes("administrator") && /^(|..0000)$/.test(me.division_code) && me.fund_codes.length === 0;
}

function closing(closedTo, reload) {
  const day = el("input", { type: "date", required: true, "aria-label": t("closeUpTo"), min: closedTo || null });
  const said = el("span", { class: "note", role: "status" }, t("closeNote"));
  const button = el("button", { type: "submit" }, t("closeDays"));
  const form = el("form", { class: "closing" }, el("div", { class: "row" }, day, button), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const { closed, closed_to: to } = await send("POST", "/closed-days", { up_to: day.value });
      show(said, t("daysClosed", { n: closed, day: to }));
      setTimeout(reload, 1500);
    } catch (error) {
      show(said, error.message);
    } finally {
      button.disabled = false;
    }
  });
  return form;
}

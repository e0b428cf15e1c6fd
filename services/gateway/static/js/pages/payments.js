// Payments, and one of them with its shares.

import { get, query as asQuery, send } from "../api.js";
import { divisionName, divisionSelect, fund, fundName, fundSelect } from "../base.js";
import { el, show } from "../dom.js";
import { amount, choices, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { count } from "../money.js";
import { t, word } from "../words.js";
import { decisionList, linksHref } from "./links.js";

const CATEGORIES = ["poverty", "project", "benefit", "operations", "general", "unassigned"];
const FILTERS = ["division_code", "category", "fund_code", "from_day", "to_day", "document_number", "page_token"];
const PAGE = 50;
const REASON_MIN = 5;
const DECISIONS_SHOWN = 50;

export function paymentHref(key) {
  return `#/payments/${encodeURIComponent(key)}`;
}

function receiptHref(key) {
  return `/api/v1/receipts/payment/${encodeURIComponent(key)}`;
}

export async function payments({ query }) {
  const page = await get("/payments", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  return el(
    "div",
    { class: "page" },
    heading(t("payments")),
    filters(
      "#/payments",
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("category"), select("category", choices("category", CATEGORIES), query.get("category"))),
      field(t("fund"), fundSelect("fund_code", query.get("fund_code"))),
      field(t("fromDay"), el("input", { type: "date", name: "from_day", value: query.get("from_day") || "" })),
      field(t("toDay"), el("input", { type: "date", name: "to_day", value: query.get("to_day") || "" })),
      field(t("documentNumber"), el("input", { name: "document_number", maxlength: 200, value: query.get("document_number") || "" })),
    ),
    panel(null, table(t("payments"), COLUMNS(), page.payments), pager("#/payments", query, page.next_page_token)),
  );
}

function COLUMNS() {
  return [
    { name: t("day"), tight: true, cell: (row) => row.day },
    { name: t("voucher"), tight: true, cell: (row) => el("a", { href: paymentHref(row.key) }, row.voucher_no || row.key) },
    { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("payee"), cell: (row) => el("span", {}, row.payee_name_mask || "—", " ", el("small", {}, word("payee", row.payee_kind))) },
    { name: t("amount"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("category"), tight: true, cell: (row) => word("category", row.category) },
    { name: t("fund"), cell: (row) => fund(row.fund_code) },
    { name: t("documentNumber"), tight: true, cell: (row) => row.document_number || "—" },
    { name: t("purpose"), wide: true, cell: (row) => row.purpose },
  ];
}

export async function onePayment({ me, key, reload }) {
  const found = await get(`/payments/${encodeURIComponent(key)}`);
  const payment = found.payment;
  const { decisions } = await get("/links", { payment_key: payment.original_key || payment.key, limit: DECISIONS_SHOWN });
  const waits = found.shares.some((share) => share.standing && share.category === "unassigned");
  const mayReveal = me.roles.some((role) => role === "administrator" || role === "finance_officer");
  const tokens = [payment.payee_name_token, payment.payee_account_token].filter((token) => token !== "0");
  return el(
    "div",
    { class: "page" },
    heading(`${t("payment")} ${payment.voucher_no}`, null, el("a", { href: `#/trace/payment/${encodeURIComponent(payment.key)}` }, t("traceThis")), " ", el("a", { href: `#/warnings${asQuery({ subject: payment.key })}` }, t("warnings"))),
    panel(
      null,
      el("p", { class: "headline" }, amount(payment.amount_fen), " ", el("small", {}, t("yuan"))),
      facts([
        [t("day"), payment.day],
        [t("division"), divisionName(payment.division_code)],
        [t("payee"), payment.payee_name_mask],
        [t("account"), payment.payee_account_mask],
        [t("payeeKind"), word("payee", payment.payee_kind)],
        [t("documentNumber"), payment.document_number],
        [t("fund"), payment.fund_code ? fundName(payment.fund_code) : ""],
        [t("project"), payment.project_key],
        [t("purpose"), payment.purpose],
        [t("original"), payment.original_key ? el("a", { href: paymentHref(payment.original_key) }, payment.original_key) : ""],
        [t("lines"), found.disbursements ? count(found.disbursements) : ""],
        [t("block"), count(found.block_height)],
        [t("proof"), el("a", { href: receiptHref(payment.key), download: "" }, t("download"))],
        [t("key"), el("code", {}, payment.key)],
      ]),
      mayReveal && tokens.length ? revealing(tokens) : null,
    ),
    panel(t("shares"), table(t("shares"), SHARES(), found.shares), waits ? el("p", {}, el("a", { class: "action", href: linksHref(payment.key) }, t("linkThis"))) : null),
    decisions.length ? panel(t("linkHistory"), decisionList(me, decisions, reload, payment.key)) : null,
  );
}

function SHARES() {
  return [
    { name: t("category"), cell: (row) => word("category", row.category) },
    { name: t("quota"), cell: (row) => row.quota_key || "—" },
    { name: t("amount"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("state"), cell: (row) => (row.standing ? tag(t("stands"), "good") : tag(t("gone"))) },
  ];
}

function revealing(tokens) {
  const reason = el("input", { required: true, minlength: REASON_MIN, maxlength: 500, placeholder: t("reason"), "aria-label": t("reason") });
  const said = el("div", { role: "status" }, el("p", { class: "note" }, t("revealNote")));
  const form = el("form", { class: "reveal" }, el("div", { class: "row" }, reason, el("button", { type: "submit" }, t("reveal"))), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { values } = await send("POST", "/reveal", { tokens, reason: reason.value });
      const names = { name: t("payee"), account: t("account") };
      show(said, facts(values.map((value) => [names[value.kind] || value.kind, el("code", {}, value.value)])));
    } catch (error) {
      show(said, el("p", { class: "problem" }, error.message));
    }
  });
  return form;
}

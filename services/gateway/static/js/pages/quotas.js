// Quotas: what each has in all and where it is; and one of them, whose two sides add up.

import { get, query as asQuery } from "../api.js";
import { divisionName, divisionSelect, fund, fundName, fundSelect, isBelow, levelOf } from "../base.js";
import { drawable, KINDS, progressOf, sides, totalOf } from "../drafts.js";
import { el } from "../dom.js";
import { sum } from "../money.js";
import { amount, bar, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { documentHref, mayActFor, mayEnter, newDocumentHref, years } from "./documents.js";

const FILTERS = ["division_code", "fiscal_year", "fund_code", "document_number", "page_token"];
const PAGE = 50;
const DOCUMENTS_SHOWN = 100;

export function quotaHref(key) {
  return `#/quotas/${encodeURIComponent(key)}`;
}

export async function quotas({ me, query }) {
  const unit = query.get("unit") === "yuan" ? "yuan" : "tenThousands";
  const page = await get("/quotas", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  return el(
    "div",
    { class: "page" },
    heading(t("quotas"), null, mayEnter(me) ? el("a", { class: "button", href: newDocumentHref("register") }, t("registerQuota")) : null),
    filters(
      "#/quotas",
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("year"), select("fiscal_year", years(page.quotas), query.get("fiscal_year"))),
      field(t("fund"), fundSelect("fund_code", query.get("fund_code"))),
      field(t("documentNumber"), el("input", { name: "document_number", maxlength: 200, value: query.get("document_number") || "" })),
      field(t("unit"), select("unit", [["", t("tenThousandYuan")], ["yuan", t("yuan")]], unit === "yuan" ? "yuan" : "")),
    ),
    panel(
      null,
      el("p", { class: "note unit" }, `${t("unit")}：${unit === "yuan" ? t("yuan") : t("tenThousandYuan")}`),
      page.quotas.length ? table(t("quotas"), COLUMNS(unit), page.quotas, null, "stacks quotas") : el("p", { class: "empty-note" }, t("noQuotas")),
      pager("#/quotas", query, page.next_page_token),
    ),
  );
}

function COLUMNS(unit) {
  const money = (name, key) => ({ name, number: true, cell: (row) => amount(row[key], unit) });
  return [
    { name: t("quotaAndKey"), tight: true, lead: true, cell: (row) => [el("a", { href: quotaHref(row.key) }, row.document_number || row.key), el("p", { class: "note" }, el("code", {}, row.key))] },
    { name: t("divisionAndFund"), cell: (row) => [divisionName(row.division_code), " ", el("small", {}, row.fiscal_year), el("p", { class: "note" }, fund(row.fund_code))] },
    { name: t("inAll"), number: true, cell: (row) => el("b", {}, amount(totalOf(row), unit)) },
    money(t("pending"), "pending_fen"),
    money(t("usable"), "free_fen"),
    money(t("frozen"), "frozen_fen"),
    money(t("inTransit"), "in_transit_fen"),
    money(t("issuedDown"), "issued_fen"),
    money(t("allottedUnpaid"), "allotted_unpaid_fen"),
    money(t("paidShort"), "paid_fen"),
    { name: t("progress"), tight: true, cell: (row) => progress(row) },
  ];
}

function progress(quota) {
  const points = progressOf(quota);
  return points === null ? el("span", { class: "zero" }, "—") : bar(points);
}

export async function oneQuota({ me, key }) {
  const [found, papers] = await Promise.all([
    get("/quotas", { key, limit: 1 }),
    get("/quota-documents", { quota_key: key, limit: DOCUMENTS_SHOWN }),
  ]);
  const quota = found.quotas[0];
  if (!quota) return el("div", { class: "page" }, heading(key), panel(null, el("p", { class: "empty-note" }, t("quotaMissing"))));
  return el(
    "div",
    { class: "page" },
    heading(quota.document_number || quota.key, quota.summary, el("a", { class: "quiet", href: "#/quotas" }, t("quotas"))),
    panel(
      null,
      el("p", { class: "headline" }, amount(totalOf(quota)), " ", el("small", {}, `${t("yuan")} · ${t("inAll")}`)),
      el("p", { class: "spent" }, progress(quota), " ", el("small", {}, t("spentOfHere"))),
      facts([
        [t("division"), divisionName(quota.division_code)],
        [t("fund"), quota.fund_code ? fundName(quota.fund_code) : ""],
        [t("category"), word("category", quota.category)],
        [t("year"), quota.fiscal_year],
        [t("functionClass"), quota.function_class],
        [t("quotaReceivedOn"), quota.received_on],
        [t("upperQuota"), quota.upper_key && isBelow(quota.issuer_division_code, me.division_code) ? el("a", { href: quotaHref(quota.upper_key) }, quota.upper_key) : quota.upper_key],
        [t("upperNumber"), quota.upper_document_number],
        [t("issuerDivision"), quota.issuer_division_code ? divisionName(quota.issuer_division_code) : ""],
        [t("madeBy"), quota.made_by ? el("a", { href: documentHref(quota.made_by) }, t("seeDocument")) : ""],
        [t("key"), el("code", {}, quota.key)],
      ]),
      actions(me, quota),
    ),
    panel(t("conservation"), equation(quota)),
    panel(t("itsDocuments"), papers.documents.length ? timeline(papers.documents) : el("p", { class: "note" }, quota.made_by ? t("noneFound") : t("noDocuments"))),
  );
}

// Both sides with as many rows, so that the totals stand on one line.
function equation(quota) {
  const { came, there } = sides(quota);
  const totals = [came, there].map((side) => sum(side.map(([, fen]) => fen)));
  const rows = Math.max(came.length, there.length);
  const equal = totals[0] === totals[1];
  return [
    el(
      "div",
      { class: "equation" },
      side(t("cameFrom"), "came", came, totals[0], rows),
      el("span", { class: "equals", "aria-hidden": "true" }, equal ? "=" : "≠"),
      side(t("isThere"), "there", there, totals[1], rows),
    ),
    el("p", { class: "balance" }, tag(equal ? t("addsUp") : t("addsUpNot"), equal ? "good" : "bad")),
  ];
}

function side(title, group, pairs, total, rows) {
  const empty = Array.from({ length: rows - pairs.length }, () => el("tr", { class: "filler", "aria-hidden": "true" }, el("td", { colspan: 2 }, "\u00a0")));
  return el(
    "table",
    {},
    el("caption", {}, title),
    el("tbody", {}, pairs.map(([name, fen]) => el("tr", { class: fen === 0n ? "nothing" : null }, el("th", { scope: "row" }, word(group, name)), el("td", { class: "number" }, amount(fen)))), empty),
    el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, t("total")), el("td", { class: "number" }, amount(total)))),
  );
}

function timeline(documents) {
  return el(
    "ol",
    { class: "timeline" },
    documents.map((one) =>
      el(
        "li",
        {},
        el("time", {}, one.effective_on),
        el("b", {}, el("a", { href: documentHref(one.key) }, word("document", one.kind))),
        " ",
        one.reversed_by ? el("a", { href: documentHref(one.reversed_by) }, tag(t("reversed"))) : null,
        el("p", {}, one.document_number, "　", amount(one.amount_fen), ` ${t("yuan")}`),
        one.summary ? el("p", { class: "note" }, one.summary) : null,
      ),
    ),
  );
}

// Only what the state of the quota leaves room for; whether it may be done is the ledger's to say.
function actions(me, quota) {
  const above = quota.issuer_division_code && quota.upper_key && mayActFor(me, quota.issuer_division_code);
  const own = mayActFor(me, quota.division_code);
  if (!own && !above) return null;
  const received = quota.upper_key || BigInt(quota.received_fen) !== 0n;
  const kinds = Object.keys(KINDS).filter((kind) => {
    if (kind === "register") return false;
    if (kind === "issue" && levelOf(quota.division_code) === "township") return false;
    if (kind === "adjust") return own && !received;
    if (kind === "recover") return drawable(kind, quota) > 0n;
    return own && drawable(kind, quota) > 0n;
  });
  const link = (kind) => {
    const division = kind === "recover" && above ? quota.issuer_division_code : "";
    return el("a", { class: "action", href: `#/documents/new${asQuery({ kind, quota: quota.key, division })}` }, word("document", kind));
  };
  return kinds.length ? el("nav", { class: "actions", "aria-label": t("actions") }, kinds.map(link)) : null;
}

// Documents about quotas: the list, and one with its lines, their states and its reversal.

import { attachmentHref, get, query as asQuery, send } from "../api.js";
import { divisionName, divisionSelect, isBelow } from "../base.js";
import { chinaDay, documentKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { moment } from "../moments.js";
import { count } from "../money.js";
import { amount, choices, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { entryForm, numberField } from "./entry.js";
import { quotaHref } from "./quotas.js";

export const KIND_NAMES = ["register", "issue", "receive", "release", "allot", "adjust", "transfer", "integrate", "freeze", "unfreeze", "recover", "carry_over", "reverse"];
const FILTERS = ["division_code", "kind", "fiscal_year", "document_number", "page_token"];
const PAGE = 50;
const YEARS_BACK = 8;
const STATES = { in_transit: "open", received: "good", withdrawn: "" };

export function documentHref(key) {
  return `#/documents/${encodeURIComponent(key)}`;
}

export function newDocumentHref(kind) {
  return `#/documents/new${asQuery({ kind })}`;
}

export function mayEnter(me) {
  return me.roles.some((role) => role === "administrator" || role === "finance_officer");
}

// Officers act for their own division, administrators for every division that they see.
export function mayActFor(me, division) {
  if (!mayEnter(me)) return false;
  return me.division_code === division || (me.roles.includes("administrator") && isBelow(division, me.division_code));
}

export function years(rows) {
  const newest = Math.max(new Date().getFullYear() + 1, ...rows.map((row) => row.fiscal_year));
  const some = Array.from({ length: YEARS_BACK + 2 }, (_, back) => String(newest - back));
  return [["", t("all")], ...some.map((year) => [year, year])];
}

export async function documents({ me, query }) {
  const page = await get("/quota-documents", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  return el(
    "div",
    { class: "page" },
    heading(t("documents"), null, mayEnter(me) ? el("a", { class: "button", href: newDocumentHref("") }, t("newDocument")) : null),
    filters(
      "#/documents",
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("kind"), select("kind", choices("document", KIND_NAMES), query.get("kind"))),
      field(t("year"), select("fiscal_year", years(page.documents), query.get("fiscal_year"))),
      field(t("writtenNumber"), el("input", { name: "document_number", maxlength: 200, value: query.get("document_number") || "" })),
    ),
    panel(
      null,
      page.documents.length ? table(t("documents"), COLUMNS(), page.documents, null, "stacks") : el("p", { class: "empty-note" }, t("noneFound")),
      pager("#/documents", query, page.next_page_token),
    ),
  );
}

function COLUMNS() {
  return [
    { name: t("day"), tight: true, cell: (row) => row.effective_on },
    { name: t("kind"), tight: true, cell: (row) => word("document", row.kind) },
    { name: t("writtenNumber"), tight: true, lead: true, cell: (row) => el("a", { href: documentHref(row.key) }, row.document_number) },
    { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("year"), tight: true, least: true, cell: (row) => row.fiscal_year },
    { name: t("summaryText"), wide: true, cell: (row) => row.summary || nothing() },
    { name: t("amount"), number: true, cell: (row) => (row.kind === "reverse" ? nothing() : amount(row.amount_fen)) },
    { name: t("state"), tight: true, cell: (row) => [stateTag(row), marks(row)] },
    { name: t("enteredBy"), tight: true, least: true, cell: (row) => row.recorded_by },
  ];
}

function nothing() {
  return el("span", { class: "zero" }, "—");
}

function stateTag(one) {
  return one.reversed_by ? tag(t("reversed")) : tag(t("stands"), "good");
}

function marks(one) {
  return [one.advance ? tag(t("advance"), "open") : null, one.back_entry_reason ? tag(t("backEntry"), "open") : null];
}

export async function oneDocument({ me, key, query }) {
  if (key === "new") return entryForm({ me, query, divisions: (code) => mayActFor(me, code), done: (made) => { location.hash = documentHref(made); } });
  const found = await get(`/quota-documents/${encodeURIComponent(key)}`);
  const one = found.document;
  const mayReverse = mayActFor(me, one.division_code) && one.kind !== "reverse" && !one.reversed_by;
  const dialog = mayReverse ? reversing(one) : null;
  return el(
    "div",
    { class: "page" },
    heading(
      [word("document", one.kind), "　", one.document_number],
      [stateTag(one), marks(one), one.summary],
      dialog ? el("button", { type: "button", class: "plain", on: { click: () => dialog.showModal() } }, t("reverse")) : null,
      el("a", { class: "quiet", href: "#/documents" }, t("documents")),
    ),
    panel(
      null,
      one.kind === "reverse" ? null : el("p", { class: "headline" }, amount(one.amount_fen), " ", el("small", {}, t("yuan"))),
      facts([
        [t("division"), divisionName(one.division_code)],
        [t("year"), one.fiscal_year],
        [t("day"), one.effective_on],
        [t("documentDay"), one.issued_on],
        [t("enteredBy"), one.recorded_by],
        [t("enteredAt"), moment(Date.parse(one.recorded_at) * 1000, true)],
        [t("block"), count(one.position)],
        [t("backEntryReason"), one.back_entry_reason],
        [t("reverses"), one.original_key ? el("a", { href: documentHref(one.original_key) }, t("seeDocument")) : ""],
        [t("reversedBy"), one.reversed_by ? el("a", { href: documentHref(one.reversed_by) }, t("seeDocument")) : ""],
        [t("attachments"), one.attachments.length ? el("ul", { class: "plain" }, one.attachments.map((file) => el("li", {}, el("a", { href: attachmentHref(one.key, file.sha256), download: file.file_name, title: `SHA-256 ${file.sha256}` }, file.file_name)))) : ""],
        [t("key"), el("code", {}, one.key)],
      ]),
    ),
    found.lines.length ? panel(t("documentLines"), table(t("documentLines"), LINES(found.lines, isBelow(one.division_code, me.division_code)), found.lines, null, "stacks")) : null,
    dialog,
  );
}

// Whoever receives an issue sees its lines, but not the quota above that they were issued from.
function LINES(lines, mine) {
  const columns = [
    { name: t("lineNumber"), tight: true, cell: (row) => row.key.slice(row.key.lastIndexOf(":") + 1) },
    { name: t("quotaKey"), cell: (row) => (mine ? el("a", { href: quotaHref(row.asked.quota_key) }, row.asked.quota_key) : row.asked.quota_key) },
    { name: t("goesTo"), cell: (row) => goesTo(row.asked) },
    { name: t("amount"), number: true, cell: (row) => [row.asked.take !== "unspecified" ? tag(word("mode", row.asked.take), "open") : null, amount(row.amount_fen)] },
    { name: t("state"), tight: true, cell: (row) => (row.state ? tag(word("issueState", row.state), STATES[row.state]) : nothing()) },
    { name: t("receivedAs"), cell: (row) => (row.received_quota_key ? el("a", { href: quotaHref(row.received_quota_key) }, row.received_quota_key) : nothing()) },
    { name: t("summaryText"), wide: true, cell: (row) => row.asked.summary || nothing() },
  ];
  const empty = { [t("state")]: (row) => !row.state, [t("receivedAs")]: (row) => !row.received_quota_key, [t("goesTo")]: (row) => !goesTo(row.asked), [t("summaryText")]: (row) => !row.asked.summary };
  return columns.filter((column) => !empty[column.name] || !lines.every(empty[column.name]));
}

function goesTo(asked) {
  if (asked.to_division_code) return divisionName(asked.to_division_code);
  if (asked.to_quota_key) return el("a", { href: quotaHref(asked.to_quota_key) }, asked.to_quota_key);
  if (asked.issue_line_key) return el("a", { href: documentHref(asked.issue_line_key.slice(0, asked.issue_line_key.lastIndexOf(":"))) }, t("itsIssue"));
  return asked.project_key || "";
}

// The key is made once: whoever presses twice, or again after a lost answer, reverses once.
function reversing(one) {
  const key = documentKey();
  const number = numberField(t("reverseNumber"), "");
  const day = el("input", { type: "date", required: true, min: one.effective_on, max: chinaDay(new Date()), value: chinaDay(new Date()) });
  const reason = el("input", { required: true, minlength: 2, maxlength: 500 });
  const said = el("p", { class: "problem", role: "alert" });
  const confirm = el("button", { type: "submit" }, t("reverseConfirm"));
  const close = el("button", { type: "button", class: "quiet", on: { click: () => dialog.close() } }, t("cancel"));
  const form = el(
    "form",
    {},
    el("h2", { id: "reverse-title" }, `${t("reverseTitle")} · ${one.document_number}`),
    el("p", { class: "note" }, t("reverseNote")),
    number.node,
    field(t("day"), day),
    field(t("reverseReason"), reason),
    said,
    el("div", { class: "buttons" }, confirm, close),
  );
  const dialog = el("dialog", { "aria-labelledby": "reverse-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    const body = { key, kind: "reverse", document_number: number.value(), division_code: one.division_code, fiscal_year: one.fiscal_year, effective_on: day.value, original_key: one.key, summary: reason.value.trim() };
    try {
      await send("POST", "/quota-documents", body);
      dialog.close();
      location.hash = documentHref(key);
    } catch (error) {
      confirm.disabled = false;
      show(said, error.message);
    }
  });
  return dialog;
}

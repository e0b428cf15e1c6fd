// What is in transit to the own division: ticked, keyed, and received in one document.

import { get, send } from "../api.js";
import { divisionName, divisionSelect, fund } from "../base.js";
import { chinaDay, documentKey, receivingKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { sum, yuan } from "../money.js";
import { amount, field, filters, heading, pager, panel, table } from "../parts.js";
import { t } from "../words.js";
import { documentHref, mayActFor, mayEnter } from "./documents.js";
import { numberField, refusalBox } from "./entry.js";

const LINES_SHOWN = 200;
const COUNTED_MAX = 99;

// How many lines wait, beside the entry of the menu.
export async function tellWaiting(me) {
  const link = document.querySelector('nav.main a[data-page="receive"]');
  if (!link || !me || !mayEnter(me)) return;
  try {
    const { lines } = await get("/quotas/in-transit", { limit: COUNTED_MAX + 1 });
    const mine = lines.filter((line) => mayActFor(me, line.to_division_code)).length;
    const shown = mine > COUNTED_MAX ? `${COUNTED_MAX}+` : mine;
    show(link, t("receive"), mine ? el("span", { class: "waiting", title: t("waiting", { n: shown }) }, shown) : null);
  } catch {
    show(link, t("receive")); // The page itself says what is wrong.
  }
}

export async function receive({ me, query }) {
  const wanted = { to_division_code: query.get("to_division_code"), page_token: query.get("page_token"), limit: LINES_SHOWN };
  const page = await get("/quotas/in-transit", wanted);
  const groups = new Map();
  for (const line of page.lines) {
    const name = `${line.to_division_code} ${line.fiscal_year}`;
    groups.set(name, [...(groups.get(name) || []), line]);
  }
  const mine = [...groups.values()].filter(([first]) => mayActFor(me, first.to_division_code));
  const below = page.lines.filter((line) => !mayActFor(me, line.to_division_code));
  return el(
    "div",
    { class: "page" },
    heading(t("receive"), t("receiveNote")),
    filters("#/receive", field(t("toDivision"), divisionSelect("to_division_code", query.get("to_division_code")))),
    mine.map(group),
    mine.length ? null : panel(null, el("p", { class: "empty-note" }, t("nothingToReceive"))),
    below.length ? panel(t("notYours"), table(t("notYours"), [to(), ...COLUMNS()], below, null, "stacks")) : null,
    pager("#/receive", query, page.next_page_token),
  );
}

function to() {
  return { name: t("toDivision"), tight: true, cell: (row) => divisionName(row.to_division_code) };
}

function COLUMNS() {
  return [
    { name: t("writtenNumber"), tight: true, lead: true, cell: (row) => [el("a", { href: documentHref(issueOf(row)) }, row.document_number), row.summary ? el("p", { class: "note" }, row.summary) : null] },
    { name: t("issuedBy"), tight: true, cell: (row) => divisionName(row.issuer_division_code) },
    { name: t("fund"), cell: (row) => fund(row.fund_code) },
    { name: t("issuedOnDay"), tight: true, cell: (row) => row.issued_on },
    { name: t("amount"), number: true, cell: (row) => amount(row.amount_fen) },
  ];
}

function issueOf(row) {
  return row.issue_line_key.slice(0, row.issue_line_key.lastIndexOf(":"));
}

// The lines to one division in one year: what one document can receive.
function group(lines) {
  const [first] = lines;
  const rows = lines.map((line) => ({
    ...line,
    tick: el("input", { type: "checkbox", "aria-label": t("chooseLine", { number: line.document_number }), checked: true }),
    key: el("input", { required: true, maxlength: 200, "aria-label": t("newQuotaKey"), value: receivingKey(line.to_division_code, line.fiscal_year, line.issue_line_key) }),
    pending: el("input", { type: "checkbox", "aria-label": t("isPending") }),
  }));
  const made = { key: documentKey() };
  const number = numberField(t("receiveNumber"), first.document_number);
  const newest = lines.map((line) => line.issued_on).sort().at(-1);
  const day = el("input", { type: "date", required: true, min: newest, max: chinaDay(new Date()), value: chinaDay(new Date()) });
  const said = el("div", { role: "alert" });
  const sums = el("p", { "aria-live": "polite" });
  const post = el("button", { type: "submit" }, t("receiveChosen"));
  const chosen = () => rows.filter((row) => row.tick.checked);
  const tell = () => {
    const some = chosen();
    show(sums, t("chosen", { n: some.length, amount: yuan(sum(some.map((row) => row.amount_fen))) }));
    post.disabled = some.length === 0;
    for (const row of rows) row.key.disabled = row.pending.disabled = !row.tick.checked;
  };
  const columns = [
    { name: t("tick"), tight: true, cell: (row) => row.tick },
    ...COLUMNS(),
    { name: t("newQuotaKey"), cell: (row) => row.key },
    { name: t("isPending"), tight: true, cell: (row) => row.pending },
  ];
  const form = el(
    "form",
    { class: "entry", on: { change: tell } },
    table(divisionName(first.to_division_code), columns, rows, null, "stacks receiving"),
    el("div", { class: "grid" }, number.node, field(t("day"), day)),
    said,
    el("div", { class: "buttons" }, post, sums),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    post.disabled = true;
    const asked = chosen().map((row) => ({ quota_key: row.key.value.trim(), issue_line_key: row.issue_line_key, pending: row.pending.checked }));
    const body = { key: made.key, kind: "receive", document_number: number.value(), division_code: first.to_division_code, fiscal_year: first.fiscal_year, effective_on: day.value, lines: asked };
    try {
      await send("POST", "/quota-documents", body);
      location.hash = documentHref(made.key);
    } catch (error) {
      post.disabled = false;
      show(said, refusalBox(error));
    }
  });
  tell();
  return panel(`${divisionName(first.to_division_code)} · ${first.fiscal_year}`, form);
}

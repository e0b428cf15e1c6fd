// Tracing: find what a number means, then the way up from a payment or a quota.

import { get } from "../api.js";
import { divisionName, fund, fundName } from "../base.js";
import { el, show } from "../dom.js";
import { count } from "../money.js";
import { amount, bar, heading, panel, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { paymentHref } from "./payments.js";
import { branch, linesTable, quotaBody, quotaSummary } from "./trace_tree.js";

const PAGE = 50;

export function traceHref(kind, key) {
  return `#/trace/${kind}/${encodeURIComponent(key)}`;
}

export async function traceSearch({ query }) {
  const text = (query.get("text") || "").trim();
  const found = text ? await get("/trace", { text }) : null;
  return el("div", { class: "page" }, heading(t("trace"), t("traceNote")), searchForm(text), found ? results(text, found) : null);
}

function searchForm(text) {
  const input = el("input", { type: "search", name: "text", maxlength: 200, required: true, value: text, placeholder: t("traceText"), "aria-label": t("traceText") });
  const form = el("form", { class: "panel searching" }, input, el("button", { type: "submit" }, t("traceThis")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = `#/trace?${new URLSearchParams({ text: input.value.trim() })}`;
  });
  return form;
}

function results(text, found) {
  if (!found.payments.length && !found.quotas.length) return panel(null, el("p", { class: "note" }, t("traceNothing")));
  return [
    found.more ? el("p", { class: "note" }, t("traceMore")) : null,
    found.payments.length ? panel(t("payments"), table(t("payments"), PAYMENTS(), found.payments)) : null,
    found.quotas.length
      ? panel(
          t("quotas"),
          table(t("quotas"), QUOTAS(), found.quotas),
          found.is_document ? el("p", { class: "see-all" }, el("a", { href: traceHref("document", text) }, t("traceDocument"))) : null,
        )
      : null,
  ];
}

function PAYMENTS() {
  return [
    { name: t("voucher"), tight: true, cell: (row) => el("a", { href: traceHref("payment", row.key) }, row.voucher_no || row.key) },
    { name: t("day"), tight: true, cell: (row) => row.day },
    { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("payee"), cell: (row) => row.payee_name_mask || "—" },
    { name: t("amount"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("documentNumber"), tight: true, cell: (row) => row.document_number || "—" },
    { name: t("purpose"), wide: true, cell: (row) => row.purpose },
  ];
}

function QUOTAS() {
  return [
    { name: t("documentNumber"), tight: true, cell: (row) => el("a", { href: traceHref("quota", row.key) }, row.document_number || row.key) },
    { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("fund"), cell: (row) => fund(row.fund_code) },
    { name: t("year"), tight: true, cell: (row) => row.fiscal_year },
    { name: t("amount"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("progress"), cell: (row) => bar(row.progress_bp) },
  ];
}

export async function traceOne({ key, query }) {
  const [kind, ...rest] = key.split("/");
  const named = rest.join("/");
  if (kind === "payment") return payment(named);
  if (kind === "quota") return quota(named);
  if (kind === "division") return quotasOf(named, query);
  return forest(t("documentOf", { number: named }), "/trace/documents", { document_number: named });
}

async function payment(key) {
  const found = await get(`/trace/payments/${encodeURIComponent(key)}`);
  const asked = found.payment;
  const standing = found.shares.filter((share) => share.standing);
  const shown = standing.length ? standing : found.shares.slice(-1);
  const former = found.shares.filter((share) => !shown.includes(share));
  return el(
    "div",
    { class: "page" },
    heading(`${t("trace")} · ${t("payment")} ${asked.voucher_no}`, t("traceNote"), el("a", { href: paymentHref(asked.key) }, t("payment"))),
    asked.original_key && !found.original ? el("p", { class: "retracted" }, t("originalMissing")) : null,
    shown.length
      ? shown.map((share) => panel(t("wayUp"), way([...origin(share), ...downTo(share), ...end(found, share)])))
      : panel(t("wayUp"), way(end(found, null))),
    former.length ? panel(null, el("details", { class: "former" }, el("summary", {}, t("formerWays", { n: former.length })), former.map((share) => way([...origin(share), ...downTo(share), shareItem(share)])))) : null,
  );
}

async function quota(key) {
  const found = await get(`/trace/quotas/${encodeURIComponent(key)}`, { limit: PAGE });
  const node = found.quota;
  return el(
    "div",
    { class: "page" },
    heading(t("quotaOf", { key: node.key }), [divisionName(node.division_code), " · ", fundName(node.fund_code), " · ", node.fiscal_year]),
    panel(t("wayUp"), way([...origin({ steps: [node, ...found.steps] }), ...downTo({ steps: [node, ...found.steps] })])),
    panel(t("wayDown"), unit(), el("div", { class: "money-tree" }, branch(quotaSummary(node), () => quotaBody(node.key, found), true))),
  );
}

function quotasOf(division, query) {
  const asked = { division_code: division, fund_code: query.get("fund_code"), fiscal_year: query.get("fiscal_year") };
  const parts = [divisionName(division), asked.fund_code && fundName(asked.fund_code), asked.fiscal_year];
  return forest(`${t("quotas")} · ${parts.filter(Boolean).join(" · ")}`, "/trace/quotas", asked);
}

// Trees side by side; a single one is open.
async function forest(title, path, asked) {
  const place = el("div", { class: "money-tree" });
  const more = el("button", { type: "button", class: "quiet", hidden: true }, t("openMore"));
  const read = async (token) => {
    const page = await get(path, { ...asked, limit: PAGE, page_token: token });
    const only = !token && page.quotas.length === 1 && !page.next_page_token;
    for (const node of page.quotas) place.append(branch(quotaSummary(node), () => quotaBody(node.key), only));
    if (!token && !page.quotas.length) place.append(el("p", { class: "note" }, t("none")));
    more.hidden = !page.next_page_token;
    more.onclick = () => read(page.next_page_token);
  };
  await read("");
  return el("div", { class: "page" }, heading(title, t("traceNote")), panel(t("wayDown"), unit(), place, more));
}

function unit() {
  return el("p", { class: "note unit" }, `${t("unit")}：${t("tenThousandYuan")}`);
}

// The places of the way, from the top down: a list of {level, name, what, sums, notes, mark}.
function way(items) {
  return el("ol", { class: "way" }, items.filter(Boolean).map((item) =>
    el(
      "li",
      { class: item.mark || null },
      el(
        "div",
        { class: "stop" },
        el("div", { class: "where" }, el("span", { class: "tag open" }, item.level), " ", el("b", {}, item.name), item.what ? el("div", { class: "what" }, item.what) : null, item.notes?.length ? el("div", { class: "note" }, item.notes) : null),
        el("dl", { class: "sums" }, (item.sums || []).filter(Boolean).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
      ),
      item.below || null,
    ),
  ));
}

// Where the money entered the ledger, said by the topmost quota.
function origin(share) {
  const top = share.steps.at(-1);
  if (share.category === "unrelated") return [{ level: word("category", "unrelated"), name: t("saidUnrelated"), mark: "open" }];
  if (!top) return [{ level: t("suspense"), name: t("inSuspense"), mark: "open" }];
  if (top.upper === "not_recorded") {
    return [{ level: t("upperDocument"), name: top.upper_document_number || "—", what: top.issuer_division_code ? divisionName(top.issuer_division_code) : null, notes: [tag(t("upperNotRecorded"), "bad")], mark: "open" }];
  }
  if (top.upper === "circular") return [{ level: t("upperDocument"), name: t("upperCircular"), mark: "open" }];
  if (top.fund_level === "central" && top.level === "province") {
    return [{ level: word("level", "central"), name: t("centralFile"), what: top.document_number || "—", notes: notesOf([fundName(top.fund_code), top.issued_on && t("issuedOn", { day: top.issued_on })]) }];
  }
  return [{ level: word("level", top.level || "province"), name: top.level === "province" ? t("provincialFile") : t("localFile"), what: top.document_number || "—", notes: notesOf([fundName(top.fund_code)]) }];
}

// The quotas from the top down.
function downTo(share) {
  return [...share.steps].reverse().map((step) => ({
    level: step.level ? word("level", step.level) : "—",
    name: divisionName(step.division_code),
    what: step.key ? el("a", { href: traceHref("quota", step.key) }, step.document_number || step.key) : step.document_number || "—",
    notes: notesOf([
      step.visible === false ? t("outsideScope") : null,
      step.issued_on ? t("issuedOn", { day: step.issued_on }) : null,
      step.received_on ? t("receivedOn", { day: step.received_on }) : null,
    ]),
    sums: [
      step.amount_fen === null ? null : [t("quotaAmount"), amount(step.amount_fen)],
      step.issued_here_fen === null || step.issued_here_fen === undefined ? null : [t("issuedHere"), amount(step.issued_here_fen)],
    ],
    mark: step.visible === false ? "outside" : "",
  }));
}

// Project, payment and people.
function end(found, share) {
  const paid = found.original || found.payment;
  return [projectItem(found, share, paid), paymentItem(found, share, paid), peopleItem(found, paid)];
}

function projectItem(found, share, paid) {
  const allotment = share?.allotment;
  if (!paid.project_key) return { level: t("project"), name: "—", notes: [t("noProject")], mark: "faded" };
  return {
    level: t("project"),
    name: allotment?.project_name || found.project_name || paid.project_key,
    what: el("code", {}, paid.project_key),
    notes: share && !share.suspense && !allotment ? [t("projectWithout")] : [],
    sums: allotment ? [[t("projectAllotted"), amount(allotment.allotted_fen)], [t("projectLeft"), amount(allotment.left_fen)]] : [],
  };
}

function paymentItem(found, share, paid) {
  const corrections = found.corrections.filter((one) => one.key !== paid.key);
  const notes = [paid.day, paid.payee_name_mask, paid.purpose, share?.suspense && paid.document_number ? t("suspenseHint", { number: paid.document_number }) : null];
  return {
    level: t("payment"),
    name: el("a", { href: paymentHref(paid.key) }, paid.voucher_no || paid.key),
    notes: [...notesOf(notes), share && !share.standing ? [" ", tag(t("fullyCorrected"))] : null],
    sums: [[t("amount"), amount(paid.amount_fen)], share && share.amount_fen !== paid.amount_fen ? [t("thisShare"), amount(share.amount_fen)] : null],
    mark: "paid",
    below: corrections.length
      ? el("ul", { class: "corrections" }, corrections.map((one) => el("li", {}, el("a", { href: paymentHref(one.key) }, t("correctedBy", { key: one.voucher_no || one.key })), " ", one.day, " ", amount(one.amount_fen))))
      : null,
  };
}

function peopleItem(found, paid) {
  if (!found.disbursements) return { level: t("people"), name: t("peopleNone"), mark: "faded" };
  const place = el("div", { class: "lines" });
  const open = el("button", { type: "button", class: "quiet" }, t("showPeople"));
  open.addEventListener("click", async () => {
    open.remove();
    show(place, await linesTable(paid.key));
  });
  return { level: t("people"), name: t("peopleCount", { n: count(found.disbursements) }), sums: [[t("disbursed"), amount(found.disbursed_fen)]], below: [open, place] };
}

function shareItem(share) {
  return { level: t("thisShare"), name: word("category", share.category), sums: [[t("thisShare"), amount(share.amount_fen)]], mark: "faded" };
}

function notesOf(parts) {
  const known = parts.filter(Boolean);
  return known.flatMap((part, place) => (place ? [" · ", part] : [part]));
}

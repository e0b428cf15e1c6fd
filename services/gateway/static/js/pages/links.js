// Linking payments to quotas: what waits with what fits, the decisions that people made, and lists against payments.

import { get, query as asQuery, send } from "../api.js";
import { divisionName, divisionSelect, fund } from "../base.js";
import { documentKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { count, sum, yuan } from "../money.js";
import { amount, byLanguage, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { mayActFor } from "./documents.js";
import { refusalBox } from "./entry.js";
import { ownLink } from "./link_form.js";

const PAGE = 20;
const DECISIONS = 50;
const CHOSEN_FROM = 70; // From this score on a proposal is ticked beforehand; somebody still has to press the button.
const VIEWS = { waiting: "waitsToLink", decisions: "linkDecisions", lists: "listChecks" };

export function linksHref(paymentKey) {
  return `#/links${asQuery({ payment_key: paymentKey })}`;
}

export async function links(visit) {
  const view = Object.hasOwn(VIEWS, visit.query.get("view")) ? visit.query.get("view") : "waiting";
  const body = { waiting, decisions, lists }[view];
  const tabs = Object.entries(VIEWS).map(([name, label]) => el("a", { href: `#/links${asQuery({ view: name })}`, "aria-current": name === view ? "page" : null }, t(label)));
  return el("div", { class: "page" }, heading(t("links"), t("linksNote")), el("nav", { class: "link-tabs", "aria-label": t("links") }, tabs), await body(visit));
}

async function waiting({ me, query, reload }) {
  const asked = { division_code: query.get("division_code"), payment_key: query.get("payment_key"), page_token: query.get("page_token") };
  const page = await get("/links/proposals", { ...asked, limit: PAGE });
  const done = sessionStorage.getItem("links.said");
  sessionStorage.removeItem("links.said");
  const cards = page.payments.map((payment) => card(me, payment, reload));
  return [
    panel(
      null,
      el(
        "div",
        { class: "link-sums" },
        el("div", {}, el("small", {}, `${t("suspenseSum")}（${t("yuan")}）`), el("b", {}, yuan(page.suspense_fen))),
        el("div", {}, el("small", {}, `${t("unrelatedSum")}（${t("yuan")}）`), el("b", {}, yuan(page.unrelated_fen))),
        el("p", { class: "note" }, t("dueRule", { day: page.due_day })),
      ),
    ),
    filters("#/links", field(t("division"), divisionSelect("division_code", query.get("division_code")))),
    done ? el("p", { role: "status" }, tag(done, "good")) : null,
    panel(
      null,
      cards.length ? cards.map((one) => one.node) : el("p", { class: "empty-note" }, t("nothingToLink")),
      cards.some((one) => one.tick) ? chosenBar(cards, reload) : null,
      pager("#/links", query, page.next_page_token),
    ),
  ];
}

function card(me, payment, reload) {
  const acts = mayActFor(me, payment.division_code);
  const name = `fits ${payment.key}`;
  const options = payment.proposals.map((one, place) => ({ ...one, input: el("input", { type: "radio", name, checked: place === 0, disabled: !acts }) }));
  const best = payment.proposals[0];
  const tick = acts && best ? el("input", { type: "checkbox", checked: best.score >= CHOSEN_FROM }) : null;
  const chosen = () => options.find((one) => one.input.checked);
  const said = el("div", { role: "alert" });
  const linkOne = async (event) => {
    event.target.disabled = true;
    const line = { payment_key: payment.key, quota_key: chosen().quota_key, amount_fen: payment.unlinked_fen };
    await decide("/links", { key: documentKey(), division_code: payment.division_code, lines: [line] }, said, reload, "linkDone");
    event.target.disabled = false;
  };
  const node = el(
    "article",
    { class: "link-card" },
    el(
      "div",
      {},
      el("p", { class: "link-amount" }, amount(payment.unlinked_fen), payment.unlinked_fen === payment.amount_fen ? null : el("small", {}, ` / ${yuan(payment.amount_fen)}`)),
      el("p", {}, payment.day, " ", payment.late ? tag(t("lateToLink"), "bad") : null, " ", el("small", {}, t("dueBy", { day: payment.due_on }))),
      el("p", {}, el("a", { href: `#/payments/${encodeURIComponent(payment.key)}` }, payment.voucher_no || payment.key), "　", divisionName(payment.division_code), "　", payment.payee_name_mask),
      el("p", {}, payment.document_number || el("span", { class: "note" }, t("namesNoDocument")), payment.fund_code ? ["　", fund(payment.fund_code)] : null),
      el("p", { class: "note" }, [payment.agency_name, payment.purpose, payment.project_key].filter(Boolean).join("　")),
    ),
    el(
      "div",
      {},
      options.length ? el("ul", { class: "link-options" }, options.map((one) => el("li", {}, option(one)))) : el("p", { class: "note" }, t("noProposal")),
      acts && best ? el("div", { class: "link-actions" }, el("button", { type: "button", on: { click: linkOne } }, t("linkToThis")), el("label", {}, tick, t("alsoInPage"))) : null,
      said,
    ),
    acts ? ownLink(payment, best, (path, body, place, word_) => decide(path, body, place, reload, word_)) : null,
  );
  return { node, payment, tick, chosen };
}

function option(one) {
  return el(
    "label",
    {},
    one.input,
    el("span", {}, el("b", {}, one.document_number || one.quota_key), " ", el("small", {}, `${one.fiscal_year} `, fund(one.fund_code))),
    el("span", { class: "link-score" }, el("progress", { max: 100, value: one.score, "aria-label": t("score", { n: one.score }) }), t("score", { n: one.score })),
    el("p", { class: "note" }, byLanguage(one.reason_zh, one.reason_en), "　", t("executable", { fen: yuan(one.free_fen) })),
  );
}

// Everything that is ticked, in one decision for each division.
function chosenBar(cards, reload) {
  const keys = new Map();
  const said = el("div", { role: "alert" });
  const button = el("button", { type: "button" });
  const ticked = () => cards.filter((one) => one.tick?.checked);
  const tell = () => {
    const some = ticked();
    show(button, t("linkChosen", { n: some.length, amount: yuan(sum(some.map((one) => one.payment.unlinked_fen))) }));
    button.disabled = some.length === 0;
  };
  for (const one of cards) one.tick?.addEventListener("change", tell);
  button.addEventListener("click", async () => {
    button.disabled = true;
    const divisions = [...new Set(ticked().map((one) => one.payment.division_code))];
    for (const [place, division] of divisions.entries()) {
      const lines = ticked()
        .filter((one) => one.payment.division_code === division)
        .map((one) => ({ payment_key: one.payment.key, quota_key: one.chosen().quota_key, amount_fen: one.payment.unlinked_fen }));
      // The same lines sent again are the same decision: an answer that was lost does no harm.
      const content = JSON.stringify([division, lines]);
      if (!keys.has(content)) keys.set(content, documentKey());
      const last = place === divisions.length - 1;
      if (!(await decide("/links", { key: keys.get(content), division_code: division, lines }, said, last ? reload : () => {}, "linkDone"))) break;
    }
    tell();
  });
  tell();
  return el("div", { class: "link-chosen" }, button, el("span", { class: "note" }, t("linkChosenNote")), said);
}

async function decide(path, body, place, reload, done) {
  try {
    const answer = await send("POST", path, body);
    const over = answer.overdrawn.map((one) => t("overdrawnNow", { key: one.quota_key, fen: yuan(one.amount_fen) }));
    sessionStorage.setItem("links.said", [t(done), ...over].join("；"));
    reload();
    return true;
  } catch (error) {
    show(place, refusalBox(error));
    return false;
  }
}

async function decisions({ me, query, reload }) {
  const page = await get("/links", { division_code: query.get("division_code"), page_token: query.get("page_token"), limit: DECISIONS });
  return [
    filters("#/links", el("input", { type: "hidden", name: "view", value: "decisions" }), field(t("division"), divisionSelect("division_code", query.get("division_code")))),
    panel(null, page.decisions.length ? decisionList(me, page.decisions, reload) : el("p", { class: "empty-note" }, t("noDecisions")), pager("#/links", query, page.next_page_token)),
  ];
}

// Decisions with their lines; of one payment only the lines that are about it.
export function decisionList(me, list, reload, paymentKey = "") {
  return el("ol", { class: "link-decisions" }, list.map((one) => oneDecision(me, one, reload, paymentKey)));
}

function oneDecision(me, one, reload, paymentKey) {
  const lines = one.lines.filter((line) => !paymentKey || line.payment_key === paymentKey);
  const stands = one.kind !== "undo" && !one.undone_by;
  return el(
    "li",
    { class: one.undone_by ? "undone" : null },
    el(
      "p",
      {},
      el("b", {}, word("decision", one.kind)),
      "　",
      el("small", {}, t("byWhom", { who: one.recorded_by, day: one.recorded_on }), "　", divisionName(one.division_code), "　", el("code", {}, one.key)),
      " ",
      one.undone_by ? tag(t("undoneByKey")) : null,
      one.original_key ? el("small", {}, t("undoes", { key: one.original_key })) : null,
    ),
    one.reason ? el("p", {}, one.reason) : null,
    one.kind === "undo" ? null : el("ul", { class: "link-lines" }, lines.map((line) => decisionLine(line, paymentKey))),
    stands && mayActFor(me, one.division_code) ? undoing(one, reload) : null,
  );
}

function decisionLine(line, paymentKey) {
  return el(
    "li",
    {},
    paymentKey ? null : [el("a", { href: `#/payments/${encodeURIComponent(line.payment_key)}` }, line.payment_key), " → "],
    line.quota_key ? el("a", { href: `#/quotas/${encodeURIComponent(line.quota_key)}` }, line.quota_key) : word("category", "unrelated"),
    line.project_key ? el("small", {}, ` ${line.project_key}`) : null,
    "　",
    amount(line.amount_fen),
    ` ${t("yuan")} `,
    line.late ? tag(t("linkedLate"), "bad") : null,
  );
}

function undoing(one, reload) {
  const reason = el("input", { required: true, maxlength: 500, placeholder: t("undoReason"), "aria-label": t("undoReason") });
  const said = el("div", { role: "alert" });
  const key = documentKey();
  const form = el("form", { class: "link-undo", hidden: true }, reason, el("button", { type: "submit" }, t("undoLink")));
  const open = el("button", { type: "button", class: "quiet", on: { click: () => { form.hidden = false; open.hidden = true; reason.focus(); } } }, t("undoLink"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await decide("/links/undo", { key, original_key: one.key, reason: reason.value }, said, reload, "undoDone");
  });
  return [open, form, said];
}

async function lists({ query }) {
  const only = query.get("only_differences") !== "false";
  const page = await get("/links/lists", { division_code: query.get("division_code"), only_differences: only, page_token: query.get("page_token"), limit: DECISIONS });
  return [
    filters(
      "#/links",
      el("input", { type: "hidden", name: "view", value: "lists" }),
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("listDifference"), select("only_differences", [["true", t("onlyDifferences")], ["false", t("allLists")]], String(only))),
    ),
    panel(
      null,
      el("p", { class: "note" }, t("listNote")),
      page.checks.length ? table(t("listChecks"), LISTS(), page.checks) : el("p", { class: "empty-note" }, t("noLists")),
      pager("#/links", query, page.next_page_token),
    ),
  ];
}

function LISTS() {
  return [
    { name: t("day"), tight: true, cell: (row) => row.day },
    { name: t("voucher"), tight: true, cell: (row) => el("a", { href: `#/trace/payment/${encodeURIComponent(row.payment_key)}` }, row.voucher_no || row.payment_key) },
    { name: t("division"), cell: (row) => divisionName(row.division_code) },
    { name: t("listLines"), number: true, cell: (row) => count(row.lines) },
    { name: t("paidSum"), number: true, cell: (row) => amount(row.paid_fen) },
    { name: t("listSum"), number: true, cell: (row) => amount(row.listed_fen) },
    { name: t("listDifference"), number: true, cell: (row) => amount(row.difference_fen) },
  ];
}

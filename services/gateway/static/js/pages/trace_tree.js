// The tree of where money went: quotas, projects, payments, lines. A branch asks for what is in it when it is opened.

import { get } from "../api.js";
import { divisionName } from "../base.js";
import { el, show } from "../dom.js";
import { count } from "../money.js";
import { amount, bar, failure, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { paymentHref } from "./payments.js";

const PAGE = 50;

// A branch: its summary, and what makes its body once it is opened.
export function branch(summary, body, opened = false) {
  const place = el("div", { class: "branch-body" }, el("p", { class: "note" }, t("opening")));
  const node = el("details", { class: "branch" }, el("summary", {}, summary), place);
  let asked = false;
  const fill = async () => {
    if (asked) return;
    asked = true;
    try {
      show(place, await body());
    } catch (error) {
      asked = false;
      show(place, failure(error, fill));
    }
  };
  node.addEventListener("toggle", () => node.open && fill());
  if (opened) node.open = true;
  return node;
}

export function quotaSummary(node) {
  return el(
    "span",
    { class: "branch-line" },
    el(
      "span",
      { class: "branch-name" },
      el("span", { class: "tag open" }, node.level ? word("level", node.level) : "—"),
      " ",
      el("b", {}, divisionName(node.division_code)),
      el("a", { class: "branch-number", href: `#/trace/quota/${encodeURIComponent(node.key)}` }, node.document_number || node.key),
      node.missing_fen === 0 ? null : tag(t("missingSum", { fen: tenThousandsOf(node.missing_fen) }), "bad"),
      node.upper === "not_recorded" ? tag(t("upperNotRecorded"), "bad") : null,
    ),
    el(
      "span",
      { class: "branch-sums" },
      sum(t("arrangedShort"), node.amount_fen),
      sum(t("issued"), node.issued_fen),
      sum(t("allotted"), node.allotted_fen),
      sum(t("paidBelow"), BigInt(node.paid_fen) + BigInt(node.below_paid_fen)),
      bar(node.progress_bp),
    ),
  );
}

function sum(name, fen) {
  return el("span", { class: "branch-sum" }, el("small", {}, name), BigInt(fen) === 0n ? el("span", { class: "faint" }, "—") : amount(fen, "tenThousands"));
}

function tenThousandsOf(fen) {
  return amount(fen, "tenThousands").textContent;
}

// What is right below a quota: quotas, projects, payments. `found` is the answer, if it is there already.
export async function quotaBody(key, found) {
  const answer = found || (await get(`/trace/quotas/${encodeURIComponent(key)}`, { limit: PAGE }));
  const node = answer.quota;
  const parts = [];
  if (node.children) parts.push(...children(key, answer));
  const projects = answer.allotments.map((one) => branch(projectSummary(one), () => paymentsBody(key, one.project_key)));
  const paid = node.paid_fen !== 0 || node.intermediate_fen !== 0 || projects.length > 0;
  if (projects.length) parts.push(el("h3", {}, t("allotments")), ...projects);
  if (paid) parts.push(branch(allSummary(node), () => paymentsBody(key, "")));
  return parts.length ? parts : el("p", { class: "note" }, t("nothingBelow"));
}

function children(key, answer) {
  const node = answer.quota;
  const hidden = !answer.next_page_token && node.children > answer.children.length;
  const place = el("div", {});
  const more = el("button", { type: "button", class: "quiet", hidden: !answer.next_page_token }, t("openMore"));
  const add = (page) => {
    for (const child of page.children) place.append(branch(quotaSummary(child), () => quotaBody(child.key)));
    more.hidden = !page.next_page_token;
    more.onclick = async () => add(await get(`/trace/quotas/${encodeURIComponent(key)}`, { limit: PAGE, page_token: page.next_page_token }));
  };
  add(answer);
  return [
    el(
      "p",
      { class: "note" },
      t("childrenSum", { issued: tenThousandsOf(node.issued_fen), registered: tenThousandsOf(node.children_fen), n: count(node.children) }),
      node.missing_fen === 0 ? null : [" · ", tag(t("missingSum", { fen: tenThousandsOf(node.missing_fen) }), "bad")],
      hidden ? [" · ", t("hiddenChildren", { n: count(node.children - answer.children.length) })] : null,
    ),
    place,
    more,
  ];
}

function projectSummary(one) {
  const paid = BigInt(one.allotted_fen) - BigInt(one.left_fen);
  const allotted = BigInt(one.allotted_fen);
  const progress = allotted > 0n ? Number((20_000n * paid + allotted) / (2n * allotted)) : 0;
  return el(
    "span",
    { class: "branch-line" },
    el("span", { class: "branch-name" }, el("span", { class: "tag" }, t("project")), " ", one.project_name || one.project_key),
    el("span", { class: "branch-sums" }, sum(t("projectAllotted"), one.allotted_fen), sum(t("projectLeft"), one.left_fen), bar(progress)),
  );
}

function allSummary(node) {
  return el(
    "span",
    { class: "branch-line" },
    el("span", { class: "branch-name" }, el("span", { class: "tag" }, t("quotaPayments")), " ", t("allPayments")),
    el("span", { class: "branch-sums" }, sum(t("paidShort"), node.paid_fen), sum(t("intermediate"), node.intermediate_fen)),
  );
}

async function paymentsBody(quotaKey, projectKey) {
  return pages("/trace/quota-payments", { quota_key: quotaKey, project_key: projectKey }, (page) =>
    page.payments.map((one) => (one.has_disbursements ? branch(paymentSummary(one), () => linesTable(one.payment.key)) : el("div", { class: "branch leaf" }, paymentSummary(one)))),
  );
}

function paymentSummary({ payment, standing_fen: standing }) {
  return el(
    "span",
    { class: "branch-line" },
    el("span", { class: "branch-name" }, payment.day, " ", el("a", { href: paymentHref(payment.key) }, payment.voucher_no || payment.key), " ", payment.payee_name_mask || "", " ", el("small", {}, payment.purpose)),
    el("span", { class: "branch-sums" }, el("span", { class: "branch-sum one" }, amount(standing), " ", el("small", {}, t("yuan")))),
  );
}

export async function linesTable(paymentKey) {
  return pages("/trace/disbursements", { payment_key: paymentKey }, (page) => [table(t("lines"), LINES(page.lines), page.lines)]);
}

function LINES(rows) {
  const corrected = rows.some((row) => row.standing_fen !== row.amount_fen);
  const columns = [
    { name: t("name"), tight: true, cell: (row) => row.name_mask || "—" },
    { name: t("personNo"), tight: true, cell: (row) => row.person_mask || "—" },
    { name: t("account"), tight: true, cell: (row) => row.account_mask || "—" },
    { name: t("benefit"), tight: true, cell: (row) => row.benefit_code },
    { name: t("village"), tight: true, cell: (row) => row.village_code || row.township_code || "—" },
    { name: t("month"), tight: true, cell: (row) => row.month },
    { name: t("due"), number: true, cell: (row) => amount(row.due_fen) },
    { name: t("paidOut"), number: true, cell: (row) => amount(row.amount_fen) },
    corrected ? { name: t("standingYuan"), number: true, cell: (row) => amount(row.standing_fen) } : null,
    { name: t("day"), tight: true, cell: (row) => row.day },
  ];
  return columns.filter(Boolean);
}

// A list that grows page by page.
async function pages(path, asked, items) {
  const place = el("div", {});
  const more = el("button", { type: "button", class: "quiet", hidden: true }, t("openMore"));
  const read = async (token) => {
    const page = await get(path, { ...asked, limit: PAGE, page_token: token });
    const found = items(page);
    place.append(...(found.length ? found : [el("p", { class: "note" }, t("none"))]));
    more.hidden = !page.next_page_token;
    more.onclick = () => read(page.next_page_token);
  };
  await read("");
  return [place, more];
}

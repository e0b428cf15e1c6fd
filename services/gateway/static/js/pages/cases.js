// Cases: the suspicions about one subject, what happened to them, and who was told.

import { get } from "../api.js";
import { divisionName, divisionSelect } from "../base.js";
import { el } from "../dom.js";
import { moment } from "../moments.js";
import { amount, chip, choices, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { count } from "../money.js";
import { t, word } from "../words.js";
import { paymentHref } from "./payments.js";

const STATES = ["pending_issue", "retracted"];
const SEVERITIES = ["red", "orange", "yellow", "blue"];
const FILTERS = ["division_code", "state", "severity", "page_token"];
const PAGE = 50;

export async function cases({ query }) {
  const page = await get("/cases", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  const columns = [
    { name: t("severity"), tight: true, cell: (row) => chip(row.severity) },
    { name: t("title"), wide: true, cell: (row) => [el("a", { href: `#/cases/${row.case_id}` }, row.title), el("p", { class: "note" }, `${word("subject", row.subject_kind)} ${row.subject}`)] },
    { name: t("state"), tight: true, cell: (row) => stateTag(row.state) },
    { name: t("number"), number: true, cell: (row) => count(row.warnings) },
    { name: t("stake"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("division"), tight: true, cell: (row) => divisionName(row.division_code) },
    { name: t("changed"), tight: true, cell: (row) => moment(row.changed_at_us) },
  ];
  return el(
    "div",
    { class: "page" },
    heading(t("cases"), t("suspicionNote")),
    filters(
      "#/cases",
      field(t("state"), select("state", choices("state", STATES), query.get("state"))),
      field(t("severity"), select("severity", choices("severity", SEVERITIES), query.get("severity"))),
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
    ),
    panel(null, table(t("cases"), columns, page.cases), pager("#/cases", query, page.next_page_token)),
  );
}

function stateTag(state) {
  return tag(word("state", state), state === "retracted" ? "" : "open");
}

export async function oneCase({ key }) {
  const found = await get(`/cases/${encodeURIComponent(key)}`);
  const item = found.case;
  const subject = item.subject_kind === "payment" ? el("a", { href: paymentHref(item.subject) }, item.subject) : el("code", {}, item.subject);
  return el(
    "div",
    { class: "page" },
    heading([chip(item.severity), " ", item.title], t("suspicionNote")),
    panel(
      null,
      el("p", { class: "headline" }, amount(item.amount_fen), " ", el("small", {}, t("stake"))),
      facts([
        [t("state"), stateTag(item.state)],
        [t("subject"), [word("subject", item.subject_kind), " ", subject]],
        [t("division"), divisionName(item.division_code)],
        [t("opened"), moment(item.opened_at_us)],
        [t("changed"), moment(item.changed_at_us)],
        [t("key"), el("code", {}, item.case_id)],
      ]),
    ),
    panel(t("caseWarnings"), table(t("caseWarnings"), WARNINGS(), found.warnings)),
    panel(t("timeline"), timeline(found.timeline)),
    panel(t("deliveries"), table(t("deliveries"), DELIVERIES(), found.deliveries)),
  );
}

function WARNINGS() {
  return [
    { name: t("severity"), tight: true, cell: (row) => chip(row.severity) },
    { name: t("title"), wide: true, cell: (row) => [el("a", { href: `#/warnings/${row.warning_id}` }, row.title), el("p", { class: "note" }, row.message)] },
    { name: t("stake"), number: true, cell: (row) => amount(row.amount_fen) },
    { name: t("day"), tight: true, cell: (row) => row.day },
    { name: t("state"), tight: true, cell: (row) => (row.standing ? tag(t("stands"), "good") : tag(t("gone"))) },
  ];
}

function timeline(entries) {
  return el(
    "ol",
    { class: "timeline" },
    entries.map((entry) => el("li", {}, el("time", {}, moment(entry.at_us, true)), el("b", {}, word("event", entry.what)), el("p", {}, entry.note))),
  );
}

function DELIVERIES() {
  return [
    { name: t("recipient"), cell: (row) => row.recipient },
    { name: t("channel"), tight: true, cell: (row) => word("channel", row.channel) },
    { name: t("what"), cell: (row) => word("reason", row.reason) },
    { name: t("state"), cell: (row) => tag(word("delivery", row.state), row.state === "sent" ? "good" : "") },
    { name: t("attempts"), number: true, cell: (row) => count(row.attempts) },
    { name: t("when"), tight: true, cell: (row) => moment(row.sent_at_us) },
    { name: t("receipt"), wide: true, cell: (row) => row.receipt },
  ];
}

// The project library: the list, and one project with its card, versions, steps, money, targets and notices.

import { get, query as asQuery, send } from "../api.js";
import { divisionName, divisionSelect, fund } from "../base.js";
import { chinaDay } from "../drafts.js";
import { el } from "../dom.js";
import { moment } from "../moments.js";
import { count } from "../money.js";
import { amount, bar, choices, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { mayEnter, years } from "./documents.js";
import { projectForm } from "./project_form.js";
import { quotaHref } from "./quotas.js";
import { kindSelect, mayDo, openDialog, stepButtons, stepTimeline } from "./steps.js";

const FILTERS = ["division_code", "fiscal_year", "state", "words", "without_targets", "page_token"];
const PAGE = 50;
const STATES = ["imported", "proposed", "reviewed", "returned", "in_library", "changing", "change_reviewed", "withdrawn", "out"];
const TONES = { in_library: "good", changing: "open", change_reviewed: "open", proposed: "open", reviewed: "open", returned: "bad" };
const NOTICE = { levels: ["township", "county", "prefecture"] };

export function projectHref(key) {
  return `#/projects/${encodeURIComponent(key)}`;
}

export function targetHref(year, key) {
  return `#/performance/${year}/${encodeURIComponent(key)}`;
}

export async function projects({ me, query }) {
  const page = await get("/projects", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  return el(
    "div",
    { class: "page" },
    heading(t("projects"), null, mayEnter(me) ? el("a", { class: "button", href: "#/projects/new" }, t("newProject")) : null),
    filters(
      "#/projects",
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("projectState"), select("state", choices("projectState", STATES), query.get("state"))),
      field(t("year"), select("fiscal_year", years(page.projects), query.get("fiscal_year"))),
      field(t("targetsOf"), select("without_targets", [["", t("all")], ["true", t("onlyWithoutTargets")]], query.get("without_targets") || "")),
      field(t("nameOrKey"), el("input", { name: "words", maxlength: 200, value: query.get("words") || "" })),
    ),
    panel(
      null,
      el("p", { class: "note unit" }, `${t("unit")}：${t("tenThousandYuan")}`),
      page.projects.length ? table(t("projects"), COLUMNS(), page.projects, null, "stacks") : el("p", { class: "empty-note" }, t("noProjects")),
      pager("#/projects", query, page.next_page_token),
    ),
  );
}

function COLUMNS() {
  return [
    { name: t("projectName"), lead: true, cell: (row) => [el("a", { href: projectHref(row.key) }, row.name), el("p", { class: "note" }, el("code", {}, row.key))] },
    { name: t("division"), tight: true, cell: (row) => [divisionName(row.division_code), " ", el("small", {}, row.fiscal_year)] },
    { name: t("projectType"), cell: (row) => row.project_type || "—" },
    { name: t("projectState"), tight: true, cell: (row) => stateTag(row.state) },
    { name: t("marks"), cell: (row) => markTags(row.marks.filter((mark) => mark !== "imported")) },
    { name: t("investment"), number: true, cell: (row) => amount(row.investment_fen, "tenThousands") },
    { name: t("allotted"), number: true, cell: (row) => amount(row.allotted_fen, "tenThousands") },
    { name: t("paidOfIt"), number: true, cell: (row) => amount(row.paid_fen, "tenThousands") },
  ];
}

function stateTag(state) {
  return tag(word("projectState", state), TONES[state] || "");
}

function markTags(marks) {
  return el("span", { class: "lib-marks" }, marks.map((mark) => tag(word("libraryMark", mark), mark === "imported" || mark === "not_filed" ? "" : "bad")));
}

export async function oneProject(visit) {
  if (visit.key === "new") return projectForm(visit);
  const { me, key, reload } = visit;
  const found = await get(`/projects/${encodeURIComponent(key)}`);
  const { project, cards, steps } = found;
  const notices = steps.filter((step) => step.subject === "notice");
  const done = steps.filter((step) => step.subject === "project");
  return el(
    "div",
    { class: "page" },
    heading(project.name, `${divisionName(project.division_code)} · ${project.fiscal_year} · ${project.key}`, el("a", { class: "quiet", href: "#/projects" }, t("projects"))),
    panel(
      null,
      el("p", { class: "lib-marks" }, stateTag(project.state), markTags(project.marks.filter((mark) => mark !== project.state))),
      cards.length ? cardOf(cards.find((one) => one.version === project.held_version) || cards[0], project) : importedCard(found),
      stepButtons({
        me,
        steps: found.open_steps,
        division: project.division_code,
        reload,
        linkOf: (step) => `#/projects/new${asQuery({ project: key, action: step.action })}`,
        post: (said) => send("POST", "/projects/steps", { ...said, project_key: key }),
      }),
    ),
    panel(t("moneyOf"), found.funding.length ? [table(t("moneyOf"), MONEY(), found.funding, null, "stacks"), el("p", { class: "note" }, t("paidNote"))] : el("p", { class: "note" }, t("noMoney"))),
    el(
      "div",
      { class: "lib-two" },
      panel(t("targetsOf"), targetsPart(me, project)),
      panel(t("noticesOf"), noticesPart(me, found, notices, reload)),
      cards.length ? panel(t("versionsOf"), versions(cards, project)) : null,
      done.length ? panel(t("stepsOf"), stepTimeline(done, "projectState")) : null,
    ),
  );
}

function cardOf({ card, version, investment_fen: investment }, project) {
  const long = [["tasks", card.tasks], ["goalWords", card.goal], ["participation", card.participation], ["mechanism", card.mechanism]];
  return [
    facts([
      [t("projectType"), card.project_type],
      [t("nature"), card.construction_nature],
      [t("site"), card.place],
      [t("schedule"), `${card.planned_start_on} — ${card.planned_end_on}`],
      [t("responsibleUnit"), card.responsible_unit],
      [t("investment"), [amount(investment), ` ${t("yuan")}`]],
      [t("fundingPlan"), el("ul", { class: "plain" }, card.funding.map((part) => el("li", {}, word("fundingSource", part.source), "　", amount(part.amount_fen))))],
      [t("households"), count(card.households)],
      [t("persons"), count(card.persons)],
      [t("beneficiaries"), card.beneficiaries],
      [t("versionsOf"), [t("versionNumber", { n: version }), " ", version === project.held_version ? tag(t("inForce"), "good") : null]],
      [t("township"), card.township_code ? divisionName(card.township_code) : ""],
    ]),
    el("dl", { class: "lib-long" }, long.map(([name, text]) => el("div", {}, el("dt", {}, t(name)), el("dd", {}, text)))),
  ];
}

function importedCard({ project, planned_start_on: start, planned_end_on: end }) {
  return [
    facts([
      [t("projectType"), project.project_type],
      [t("investment"), [amount(project.investment_fen), ` ${t("yuan")}`]],
      [t("households"), count(project.households)],
      [t("schedule"), start || end ? `${start || "—"} — ${end || "—"}` : ""],
    ]),
    el("p", { class: "note" }, t("cardImported")),
  ];
}

function MONEY() {
  return [
    { name: t("documentNumber"), lead: true, cell: (row) => el("a", { href: quotaHref(row.quota_key) }, row.document_number || row.quota_key) },
    { name: t("division"), tight: true, cell: (row) => [divisionName(row.division_code), " ", el("small", {}, row.fiscal_year)] },
    { name: t("fund"), cell: (row) => fund(row.fund_code) },
    { name: t("allotted"), number: true, cell: (row) => amount(row.allotted_fen) },
    { name: t("paidOfIt"), number: true, cell: (row) => amount(row.paid_fen) },
    { name: t("progress"), tight: true, cell: (row) => (BigInt(row.allotted_fen) > 0n ? bar(Number((BigInt(row.paid_fen) * 10_000n) / BigInt(row.allotted_fen))) : "—") },
  ];
}

function targetsPart(me, project) {
  if (!project.target_state) {
    const mine = mayDo(me, { levels: ["township", "county"] }, project.division_code);
    return [
      el("p", { class: "note" }, t("noTargets")),
      mine ? el("a", { class: "action", href: `#/performance/new${asQuery({ project: project.key, year: project.fiscal_year })}` }, t("fillTargets")) : null,
    ];
  }
  return el("p", {}, tag(word("targetState", project.target_state), project.target_state === "approved" ? "good" : "open"), " ", el("a", { href: targetHref(project.fiscal_year, project.key) }, t("seeTargets", { year: project.fiscal_year })));
}

function noticesPart(me, found, notices, reload) {
  const place = el("div", {});
  const add = mayDo(me, NOTICE, found.project.division_code)
    ? el("button", { type: "button", class: "plain", on: { click: () => askNotice(place, found, reload) } }, t("addNotice"))
    : null;
  return [
    notices.length
      ? el("ul", { class: "uploads" }, notices.map((one) => el("li", {}, tag(word("noticeStage", one.stage)), el("b", {}, one.place), `${one.from_day} — ${one.to_day}`, el("span", { class: "state" }, tag(t("daysCount", { n: one.days }), one.too_short ? "bad" : "good")))))
      : el("p", { class: "note" }, t("noNotices")),
    add ? el("div", { class: "actions" }, add) : null,
    place,
  ];
}

function askNotice(place, found, reload) {
  const today = chinaDay(new Date());
  const stage = kindSelect("stage", "noticeStage", ["entry", "plan", "completion"], "entry");
  const where = el("input", { required: true, maxlength: 200 });
  const from = el("input", { type: "date", required: true, max: today, value: today });
  const to = el("input", { type: "date", required: true, value: today });
  const parts = [field(t("noticeStage"), stage), field(t("noticePlace"), where), field(t("noticeFrom"), from), field(t("noticeTo"), to, t("noticeHint", { n: found.notice_days_min }))];
  openDialog(place, t("addNotice"), parts, async (key) => {
    await send("POST", "/projects/notices", { key, project_key: found.project.key, stage: stage.value, place: where.value.trim(), from_day: from.value, to_day: to.value });
    reload();
  });
}

const NAMED = [
  ["name", "projectName"], ["project_type", "projectType"], ["construction_nature", "nature"], ["place", "site"], ["planned_start_on", "plannedStart"],
  ["planned_end_on", "plannedEnd"], ["responsible_unit", "responsibleUnit"], ["tasks", "tasks"], ["households", "households"], ["persons", "persons"],
  ["beneficiaries", "beneficiaries"], ["goal", "goalWords"], ["participation", "participation"], ["mechanism", "mechanism"], ["fiscal_year", "year"],
];

// Each version with what it changed of the one before it.
function versions(cards, project) {
  const money = (card) => card.funding.map((part) => `${word("fundingSource", part.source)} ${part.amount_fen}`).join("，");
  const changes = (now, before) => {
    if (!before) return el("p", { class: "note" }, t("firstVersion"));
    const pairs = NAMED.map(([name, label]) => [label, String(before.card[name]), String(now.card[name])]);
    if (money(before.card) !== money(now.card)) pairs.push(["fundingPlan", amount(before.investment_fen), amount(now.investment_fen), true]);
    const changed = pairs.filter(([, old, next, always]) => always || old !== next);
    if (!changed.length) return el("p", { class: "note" }, t("nothingChanged"));
    return changed.map(([label, old, next]) => el("p", { class: "lib-diff" }, t(label), "：", el("del", {}, old || "—"), "→ ", el("ins", {}, next || "—")));
  };
  return el("ol", { class: "timeline" }, cards.map((one, at) =>
    el("li", {},
      el("time", {}, moment(Date.parse(one.recorded_at) * 1000)),
      el("b", {}, t("versionNumber", { n: one.version })),
      " ",
      one.version === project.held_version ? tag(t("inForce"), "good") : null,
      " ",
      el("small", {}, one.recorded_by),
      changes(one, cards[at + 1]))));
}

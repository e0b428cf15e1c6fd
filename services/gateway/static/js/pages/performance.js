// Performance targets: the list with completeness, and one set with its indicators, how far they are, and reports.

import { get, query as asQuery, send } from "../api.js";
import { divisionName, divisionSelect } from "../base.js";
import { el } from "../dom.js";
import { sum } from "../money.js";
import { amount, bar, choices, facts, field, filters, heading, pager, panel, select, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { years } from "./documents.js";
import { GROUP_OF, targetForm } from "./performance_form.js";
import { projectHref, targetHref } from "./projects.js";
import { mayDo, openDialog, stepButtons, stepTimeline } from "./steps.js";

const FILTERS = ["division_code", "fiscal_year", "state", "words", "page_token"];
const PAGE = 50;
const STATES = ["draft", "submitted", "spending_reviewed", "performance_reviewed", "returned", "approved"];

export async function performance({ query }) {
  const page = await get("/performance", { ...Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])), limit: PAGE });
  return el(
    "div",
    { class: "page" },
    heading(t("performance"), null, el("a", { class: "quiet", href: "#/projects?without_targets=true" }, t("onlyWithoutTargets"))),
    filters(
      "#/performance",
      field(t("division"), divisionSelect("division_code", query.get("division_code"))),
      field(t("projectState"), select("state", choices("targetState", STATES), query.get("state"))),
      field(t("year"), select("fiscal_year", years(page.sets), query.get("fiscal_year"))),
      field(t("nameOrKey"), el("input", { name: "words", maxlength: 200, value: query.get("words") || "" })),
    ),
    panel(
      null,
      page.sets.length ? table(t("performance"), COLUMNS(), page.sets, null, "stacks") : el("p", { class: "empty-note" }, t("noSets")),
      pager("#/performance", query, page.next_page_token),
    ),
  );
}

function COLUMNS() {
  return [
    { name: t("projectName"), lead: true, cell: (row) => [el("a", { href: targetHref(row.fiscal_year, row.project_key) }, row.project_name || row.project_key), el("p", { class: "note" }, el("code", {}, row.project_key))] },
    { name: t("division"), tight: true, cell: (row) => [divisionName(row.division_code), " ", el("small", {}, row.fiscal_year)] },
    { name: t("projectState"), tight: true, cell: (row) => stateTag(row.state) },
    { name: t("completeness"), cell: completeness },
    { name: t("indicatorCount"), number: true, cell: (row) => row.indicators },
    { name: t("newestReport"), tight: true, cell: (row) => [row.period || "—", " ", row.late_reports ? tag(`${t("lateReports")} ${row.late_reports}`, "bad") : null] },
    { name: t("allotted"), number: true, cell: (row) => amount(row.allotted_fen) },
    { name: t("paidOfIt"), number: true, cell: (row) => amount(row.paid_fen) },
  ];
}

function stateTag(state) {
  return tag(word("targetState", state), state === "approved" ? "good" : state === "returned" ? "bad" : "open");
}

function completeness(row) {
  if (row.complete) return tag(t("complete"), "good");
  const missing = row.missing_groups.map((group) => tag(t("missingGroup", { group: word("targetGroup", group) }), "bad"));
  return el("span", { class: "lib-marks" }, missing.length ? missing : tag(t("coreEmpty"), "bad"));
}

export async function oneTargetSet(visit) {
  if (visit.key === "new") return targetForm(visit);
  const { me, reload } = visit;
  const [year, key] = visit.key.split(/\/(.*)/);
  const found = await get(`/performance/${Number(year)}/${encodeURIComponent(key)}`);
  const { set, versions, progress } = found;
  const held = versions.find((one) => one.version === set.held_version);
  const shown = held || versions[0];
  const { targets } = shown;
  return el(
    "div",
    { class: "page" },
    heading(set.project_name || set.project_key, `${divisionName(set.division_code)} · ${t("setOf", { year: set.fiscal_year })}`, el("a", { class: "quiet", href: projectHref(key) }, t("projects"))),
    panel(
      null,
      el("p", { class: "lib-marks" }, stateTag(set.state), completeness(set), set.version !== shown.version ? tag(t("versionNumber", { n: set.version })) : null),
      facts([
        [t("departmentOf"), targets.department],
        [t("implementer"), targets.unit],
        [t("totalMoney"), [amount(sum([targets.fiscal_fen, targets.other_fen])), ` ${t("yuan")}`]],
        [t("fiscalMoney"), amount(targets.fiscal_fen)],
        [t("otherMoney"), amount(targets.other_fen)],
        [t("versionsOf"), t("versionNumber", { n: shown.version })],
      ]),
      el("dl", { class: "lib-long" }, el("div", {}, el("dt", {}, t("overallGoal")), el("dd", {}, targets.overall))),
      stepButtons({
        me,
        steps: found.open_steps,
        division: set.division_code,
        reload,
        linkOf: () => `#/performance/new${asQuery({ project: key, year: set.fiscal_year })}`,
        post: (said) => send("POST", "/performance/steps", { ...said, project_key: key, fiscal_year: set.fiscal_year }),
      }),
    ),
    panel(t("indicatorsOf"), progress ? figures(progress) : null, table(t("indicatorsOf"), INDICATORS(found, progress), targets.indicators.map((one, at) => ({ ...one, number: at + 1 })), null, "stacks")),
    el("div", { class: "lib-two" }, panel(t("reportsOf"), reports(found, targets, me, reload, Boolean(held))), panel(t("stepsOf"), stepTimeline(found.steps, "targetState"))),
  );
}

function figures(progress) {
  const share = (name, points) => el("div", {}, el("dt", {}, t(name)), el("dd", {}, points === null ? "—" : bar(points)));
  return el("dl", { class: "lib-figures" }, share("paidShare", progress.paid_bp), share("outputsReached", progress.output_bp), progress.ahead ? tag(t("aheadMark"), "bad") : null);
}

function INDICATORS(found, progress) {
  const counted = found.reports.filter((one) => one.target_version === found.set.held_version);
  const actual = (number) => counted.flatMap((one) => one.actuals).find((one) => one.number === number);
  const points = (number) => progress?.indicators[number - 1];
  const columns = [
    { name: t("firstLevel"), tight: true, cell: (row) => el("span", { class: "lib-group" }, word("targetGroup", GROUP_OF[row.kind])) },
    { name: t("secondLevel"), tight: true, cell: (row) => word("targetKind", row.kind) },
    { name: t("thirdLevel"), lead: true, cell: (row) => [row.name, " ", row.core ? tag(`★ ${t("core")}`) : null] },
    { name: t("targetValue"), cell: (row) => (row.operator === "text" ? row.words || "—" : row.value ? `${word("targetOperator", row.operator)} ${row.value} ${row.unit}` : "—") },
  ];
  if (!progress) return columns;
  return [
    ...columns,
    { name: t("actualValue"), cell: (row) => { const one = actual(row.number); return one ? [one.value ? `${one.value} ${row.unit}` : "", one.value && one.words ? "　" : "", one.words] : "—"; } },
    { name: t("reachedShare"), tight: true, cell: (row) => { const one = points(row.number); return one.reached_bp === null ? "—" : [bar(one.reached_bp), one.deviates ? tag(t("deviation"), "bad") : null]; } },
  ];
}

function reports(found, targets, me, reload, inForce) {
  const place = el("div", {});
  const named = (version, number) => found.versions.find((each) => each.version === version)?.targets.indicators[number - 1];
  const mine = inForce && mayDo(me, { levels: ["township", "county"] }, found.set.division_code);
  return [
    found.reports.length
      ? el("ol", { class: "timeline" }, found.reports.map((one) => el("li", {},
        el("b", {}, one.period), " ",
        one.late ? tag(t("late"), "bad") : null, " ", one.version > 1 ? tag(t("correction", { n: one.version - 1 })) : null,
        el("p", {}, `${t("reportedOn")} ${one.reported_on} · ${t("dueOn")} ${one.due_on} · ${one.recorded_by}`),
        el("p", { class: "note" }, one.actuals.map((each) => `${named(one.target_version, each.number)?.name || each.number}：${each.value || each.words}`).join("；")),
        one.comment ? el("p", { class: "note" }, one.comment) : null,
        one.reason ? el("p", { class: "note" }, `${t("correctionReason")}：${one.reason}`) : null)))
      : el("p", { class: "note" }, t("noExecutionReports")),
    mine ? el("div", { class: "actions" }, el("button", { type: "button", class: "plain", on: { click: () => askReport(place, found, targets, reload) } }, t("addReport"))) : null,
    place,
  ];
}

function askReport(place, found, targets, reload) {
  const { set } = found;
  const period = el("input", { required: true, maxlength: 7, value: `${set.fiscal_year}-` });
  const rows = targets.indicators.map((one, at) => ({ one, number: at + 1, value: el("input", { maxlength: one.operator === "text" ? 200 : 20 }) }));
  const comment = el("input", { maxlength: 2000 });
  const reason = el("input", { maxlength: 200 });
  const label = (one) => `${one.name}${one.unit ? `（${one.unit}）` : ""}`;
  const parts = [
    field(t("periodOf"), period, t("periodHint")),
    rows.map((row) => field(label(row.one), row.value)),
    el("p", { class: "note" }, t("cumulativeHint")),
    field(t("explanation"), comment, t("optional")),
    field(t("correctionReason"), reason, t("optional")),
  ];
  openDialog(place, t("addReport"), parts, async (key) => {
    const given = rows.filter((row) => row.value.value.trim());
    const actuals = given.map((row) => ({ number: row.number, [row.one.operator === "text" ? "words" : "value"]: row.value.value.trim() }));
    await send("POST", "/performance/reports", { key, project_key: set.project_key, fiscal_year: set.fiscal_year, period: period.value.trim(), actuals, comment: comment.value.trim(), reason: reason.value.trim() });
    reload();
  });
}

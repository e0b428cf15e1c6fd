// Frozen reports: the versions, one of them, and what differs from one to the next.

import { get, query as asQuery, send } from "../api.js";
import { divisionName } from "../base.js";
import { el, show } from "../dom.js";
import { percent } from "../money.js";
import { moment } from "../moments.js";
import { amount, facts, heading, pager, panel, table, tag } from "../parts.js";
import { t, word } from "../words.js";
import { columnsOf, measuresOf, nameOf, TABS, withMeanings } from "../views.js";
import { mayEnter } from "./documents.js";

const PAGE = 50;

function reportHref(one, version = one.version) {
  return `#/reports/${one.report_id}:${version}`;
}

export async function reports({ query }) {
  const page = await get("/reports", { limit: PAGE, page_token: query.get("page_token") });
  const columns = [
    { name: t("reportTitle"), lead: true, cell: (one) => el("a", { href: reportHref(one) }, one.title) },
    { name: t("reportVersionName"), tight: true, cell: (one) => t("reportVersion", { n: one.version }) },
    { name: t("reportMonth"), tight: true, cell: (one) => one.month },
    { name: t("asOfDay"), tight: true, cell: (one) => one.definition.as_of },
    { name: t("division"), tight: true, cell: (one) => (one.division ? divisionName(one.division) : t("all")) },
    { name: t("reportRows"), number: true, cell: (one) => one.row_count },
    { name: t("frozenAt"), tight: true, cell: (one) => moment(Date.parse(one.made_at) * 1000) },
    { name: t("frozenBy"), tight: true, cell: (one) => one.made_by },
  ];
  const body = page.reports.length ? table(t("reports"), columns, page.reports, null, "stacks") : el("p", { class: "empty-note" }, t("noReports"));
  return el("div", { class: "page" }, heading(t("reports"), t("reportsNote")), panel(null, body, pager("#/reports", query, page.next_page_token)));
}

export async function oneReport({ me, key, query }) {
  const [id, version = "1"] = key.split(":");
  const path = `/reports/${encodeURIComponent(id)}/versions/${encodeURIComponent(version)}`;
  const [report, diff] = await Promise.all([get(path), get(`${path}/diff`)]);
  const dimensions = report.definition.dimensions;
  const unit = query.get("unit") === "yuan" ? "yuan" : "tenThousands";
  const measures = dimensions.includes("project") ? measuresOf("total", dimensions, report.rows, report.total) : ["total_fen", ...TABS.given.slice(1, 4), ...TABS.paid.slice(2, 9)];
  const columns = columnsOf(dimensions, measures, unit, null);
  return el(
    "div",
    { class: "page" },
    heading(
      report.title,
      `${report.month} · ${t("reportVersion", { n: report.version })} · ${t("lookAsOf", { day: report.definition.as_of })}`,
      el("a", { class: "quiet", href: `/api/v1${path}/csv`, download: "" }, t("asSheet")),
      el("a", { class: "quiet", href: viewHref(report) }, t("openView")),
      el("a", { class: "quiet", href: "#/reports" }, t("reports")),
    ),
    state(me, report),
    panel(
      null,
      facts([
        [t("division"), report.division ? divisionName(report.division) : t("all")],
        [t("chainPlace"), report.height],
        [t("frozenBy"), report.made_by],
        [t("frozenAt"), moment(Date.parse(report.made_at) * 1000)],
        [t("chainHead"), el("code", {}, report.definition.head_hash)],
        [t("contentHash"), el("code", {}, report.sha256)],
      ]),
    ),
    report.newer?.count ? panel(t("newerDiff"), changes(report.newer, dimensions, unit)) : null,
    report.version > 1 ? panel(t("versionDiff"), changes(diff, dimensions, unit)) : null,
    panel(
      null,
      el("p", { class: "note unit" }, `${t("unit")}：${unit === "yuan" ? t("yuan") : t("tenThousandYuan")}`),
      withMeanings(table(report.title, columns, report.rows, { ...report.total, isTotal: true }, "views"), dimensions.length, measures),
    ),
  );
}

function viewHref(report) {
  const { definition } = report;
  const given = Object.fromEntries(Object.entries(definition.filter).filter(([, value]) => value));
  const [by, by2] = definition.dimensions;
  return `#/ledger${asQuery({ ...given, by, by2, as_of: definition.as_of, known_at: definition.known_at })}`;
}

function state(me, report) {
  if (report.version < report.newest_version) return el("p", { class: "change" }, el("a", { href: reportHref(report, report.newest_version) }, t("laterVersion", { n: report.newest_version })));
  if (!report.newer_is_known) return el("p", { class: "change" }, t("newerUnknown"));
  if (!report.newer_rows) return el("p", { class: "report-still" }, t("noNewerData"));
  const said = el("span", { class: "problem", role: "alert" });
  const make = el("button", { type: "button", class: "plain" }, t("makeVersion"));
  make.addEventListener("click", async () => {
    make.disabled = true;
    try {
      const made = await send("POST", `/reports/${encodeURIComponent(report.report_id)}/versions`, { version: report.version + 1 });
      location.hash = reportHref(made);
    } catch (error) {
      make.disabled = false;
      show(said, error.message);
    }
  });
  return el("p", { class: "change report-newer" }, t("newerData", { n: report.newer_rows }), " ", mayEnter(me) ? make : null, said);
}

function changes(diff, dimensions, unit) {
  const value = (measure, number) => (measure.endsWith("_bp") ? percent(number) : amount(number, unit));
  const rows = [
    ...diff.added.map((row) => ({ kind: "rowAdded", names: row.names, measure: "total_fen", after: row.total_fen })),
    ...diff.removed.map((row) => ({ kind: "rowRemoved", names: row.names, measure: "total_fen", before: row.total_fen })),
    ...diff.changed.flatMap((row) => row.measures.map((one) => ({ kind: "rowChanged", names: row.names, ...one }))),
  ];
  const columns = [
    { name: t("state"), tight: true, cell: (row) => tag(t(row.kind), row.kind === "rowRemoved" ? "bad" : "") },
    ...dimensions.map((dimension, place) => ({ name: word("dimension", dimension), cell: (row) => (row.names.length ? nameOf(dimension, row.names[place]) : place === 0 ? el("b", {}, t("total")) : "") })),
    { name: t("measureName"), tight: true, cell: (row) => word("measure", row.measure) },
    { name: t("before"), number: true, cell: (row) => (row.before === undefined ? "—" : value(row.measure, row.before)) },
    { name: t("after"), number: true, cell: (row) => (row.after === undefined ? "—" : value(row.measure, row.after)) },
  ];
  return table(t("versionDiff"), columns, rows);
}

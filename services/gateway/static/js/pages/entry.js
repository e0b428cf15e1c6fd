// The form of a new document: its head, its lines, and what it leaves of the quotas that it draws on.

import { get, send } from "../api.js";
import { divisionsWhere, levelOf } from "../base.js";
import { chinaDay, documentKey, drawable, drawn, isRegular, KINDS, modesOf, needsAmount, newQuotaKey, normalNumber, requestOf, signed } from "../drafts.js";
import { el, show } from "../dom.js";
import { sum, yuan } from "../money.js";
import { amount, field, heading, panel, select } from "../parts.js";
import { t, word } from "../words.js";
import { fileField } from "./entry_files.js";
import { divisionTree, lineFields } from "./entry_lines.js";

const QUOTAS_OFFERED = 500;
const LINES_MAX = 500;

// A field for a document number that says in which form it will be written.
export function numberField(label, value) {
  const hint = el("small", { "aria-live": "polite" }, t("numberHint"));
  const input = el("input", { required: true, maxlength: 200, value, autocomplete: "off" });
  const tell = () => {
    const number = normalNumber(input.value);
    const regular = isRegular(number);
    show(hint, !number ? t("numberHint") : regular ? (number === input.value ? "" : t("numberBecomes", { number })) : t("numberIrregular"));
    hint.className = number && !regular ? "unsure" : "";
  };
  input.addEventListener("input", tell);
  tell();
  return { node: el("label", { class: "field" }, el("span", {}, label), input, hint), value: () => normalNumber(input.value) };
}

// What a refusal says, a sentence each; with the numbers of the lines that it names.
export function refusalBox(error) {
  const sentences = error.message.split(/；|; /);
  return el(
    "div",
    { class: "refusal", tabindex: -1 },
    el("b", {}, t("refusedTitle")),
    el("ul", {}, sentences.map((sentence) => el("li", {}, sentence))),
    el("p", { class: "note" }, t("stillTyped")),
  );
}

function linesAtFault(error) {
  const said = `${error.message} ${error.details?.fields || ""}`;
  const told = [...said.matchAll(/第 (\d+) 条|line (\d+):/g)].map((found) => Number(found[1] || found[2]));
  const refused = [...said.matchAll(/lines\.(\d+)/g)].map((found) => Number(found[1]) + 1);
  return new Set([...told, ...refused, Number(error.details?.line || 0)]);
}

export async function entryForm({ me, query, divisions, done }) {
  const [asked, { closed_to: closedTo }] = await Promise.all([
    query.get("quota") ? get("/quotas", { key: query.get("quota"), limit: 1 }) : { quotas: [] },
    get("/summary", { totals_only: true }),
  ]);
  const given = asked.quotas[0] || null;
  const kind = KINDS[query.get("kind")] ? query.get("kind") : given ? "issue" : "register";
  const draft = { key: documentKey(), kind, source: "", lines: [], known: new Map(given ? [[given.key, given]] : []), given };
  const today = chinaDay(new Date());
  const offered = divisionsWhere((code) => divisions(code) && levelOf(code) !== "township").map((one) => [one.code, one.name]);
  const own = query.get("division") || given?.division_code || me.division_code || offered[0]?.[0] || "";
  const head = {
    kind: select("kind", Object.keys(KINDS).map((name) => [name, word("document", name)]), kind),
    division: select("division_code", offered.some(([code]) => code === own) ? offered : [[own, own], ...offered], own, { required: true }),
    number: numberField(t("writtenNumber"), ""),
    day: el("input", { type: "date", required: true, max: today, value: today }),
    issued: el("input", { type: "date", max: today }),
    year: el("input", { type: "number", required: true, min: 2000, max: 2100, value: given ? given.fiscal_year : Number(today.slice(0, 4)) }),
    summary: el("input", { maxlength: 500, placeholder: t("optional") }),
    advance: el("input", { type: "checkbox" }),
    late: el("input", { maxlength: 500 }),
    files: fileField(),
  };
  return build(draft, head, closedTo, done);
}

function build(draft, head, closedTo, done) {
  const place = { lines: el("ol", { class: "lines" }), top: el("div", {}), sums: el("div", { class: "draft-sums", "aria-live": "polite" }), said: el("div", { role: "alert" }), note: el("p", { class: "note" }), options: el("datalist", { id: "quotas-offered" }) };
  const late = field(t("backEntryReason"), head.late, closedTo ? t("backEntryHint", { day: closedTo }) : null);
  const advance = el("label", { class: "check" }, head.advance, el("span", {}, t("advance"), " ", el("small", {}, t("advanceHint"))));
  const post = el("button", { type: "submit", class: "main" }, t("submit"));
  const form = { draft, head, place, tell: () => tellSums(draft, place), redraw: () => drawLines(form), newKey: (n) => newQuotaKey(head.division.value, head.year.value, draft.key, n) };
  const ofDay = () => {
    late.hidden = !closedTo || head.day.value > closedTo;
    head.late.required = !late.hidden;
  };
  const ofKind = () => {
    draft.kind = head.kind.value;
    const spec = KINDS[draft.kind];
    if (draft.given) head.year.value = draft.given.fiscal_year + (spec.fromYearBefore ? 1 : 0);
    show(place.note, word("documentNote", draft.kind));
    advance.hidden = !spec.advance;
    draft.lines = [];
    draft.source = draft.given && spec.source ? draft.given.key : "";
    addLine(form, !spec.makes || spec.fromYearBefore ? draft.given?.key : "");
    form.redraw();
    loadQuotas(form);
  };
  head.kind.addEventListener("change", ofKind);
  head.day.addEventListener("change", ofDay);
  for (const input of [head.division, head.year]) input.addEventListener("change", () => { form.redraw(); loadQuotas(form); });
  const node = el(
    "form",
    { class: "entry", autocomplete: "off" },
    panel(
      null,
      el("div", { class: "grid" },
        field(t("kind"), head.kind), field(t("division"), head.division), head.number.node, field(t("year"), head.year),
        field(t("day"), head.day), field(t("documentDay"), head.issued, t("dayOptional")), field(t("summaryText"), head.summary), late),
      head.files.node,
      el("div", { class: "under" }, place.note, advance),
    ),
    panel(t("documentLines"), place.top, place.lines, el("div", { class: "add" }, el("button", { type: "button", class: "plain", on: { click: () => { addLine(form); form.redraw(true); } } }, t("addLine")), place.tree = el("div", {})), place.sums, place.said, el("div", { class: "buttons" }, post), place.options),
  );
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, post, done);
  });
  ofDay();
  ofKind();
  return el("div", { class: "page" }, heading(t("newDocument"), null, el("a", { class: "quiet", href: "#/documents" }, t("documents"))), node);
}

// Lines keep what was typed as texts; a line that draws on the quota of the page begins with it.
export function addLine(form, quotaKey = "", more = {}) {
  const { draft } = form;
  if (draft.lines.length >= LINES_MAX) return;
  draft.made = (draft.made || 0) + 1;
  const spec = KINDS[draft.kind];
  const line = {
    quota_key: "", to_quota_key: "", to_division_code: "", project_key: "", fund_code: "", pending: false, function_class: "",
    upper_document_number: "", issuer_division_code: "", summary: "", amount: "", mode: modesOf(draft.kind)[0],
  };
  if (quotaKey && !spec.source) line.quota_key = quotaKey;
  if (spec.makes) line[spec.makes] = form.newKey(draft.made);
  draft.lines.push(Object.assign(line, more));
}

async function loadQuotas(form) {
  const { draft, head, place } = form;
  const spec = KINDS[draft.kind];
  if (spec.makes && !spec.fromYearBefore) return;
  const year = Number(head.year.value) - (spec.fromYearBefore ? 1 : 0);
  const turn = (draft.turn = (draft.turn || 0) + 1);
  try {
    const page = await get("/quotas", { division_code: head.division.value, fiscal_year: year, only_here: !spec.below, limit: QUOTAS_OFFERED });
    if (turn !== draft.turn) return;
    for (const quota of page.quotas) draft.known.set(quota.key, quota);
    show(place.options, page.quotas.map((quota) => el("option", { value: quota.key }, `${quota.document_number} · ${quota.fund_code} · ${yuan(drawable(draft.kind, quota))}`)));
    form.tell();
  } catch {
    show(place.options); // Keys can still be typed.
  }
}

function drawLines(form, toLast = false) {
  const { draft, head, place } = form;
  const spec = KINDS[draft.kind];
  draft.tellers = [];
  show(place.top, spec.source ? lineFields(form).source() : null);
  show(place.lines, draft.lines.map((line, at) => lineFields(form).row(line, at)));
  show(place.tree, spec.fields.includes("to_division_code") ? divisionTree(head.division.value, (codes) => {
    draft.lines = draft.lines.filter((line) => line.to_division_code || line.amount);
    for (const code of codes) addLine(form, "", { to_division_code: code });
    form.redraw();
  }) : null);
  form.tell();
  if (toLast) place.lines.lastElementChild?.querySelector("input, select")?.focus();
}

function tellSums(draft, place) {
  const spec = KINDS[draft.kind];
  const used = new Map();
  for (const line of draft.lines) {
    const key = spec.source ? draft.source : line.quota_key;
    if (spec.draws) used.set(key, (used.get(key) || 0n) + drawn(line));
  }
  draft.tellers.forEach((tell) => tell(used));
  const typed = sum(draft.lines.map((line) => says(draft, line)));
  const figure = (name, fen, kind = "") => el("div", { class: kind }, el("dt", {}, name), el("dd", {}, amount(fen)));
  const source = spec.source ? draft.known.get(draft.source) : null;
  if (!source) {
    show(place.sums, el("dl", {}, figure(t("thisDocument"), typed)));
    return;
  }
  const has = drawable(draft.kind, source);
  const left = has - (used.get(source.key) || 0n);
  show(
    place.sums,
    el("dl", {}, figure(t("canDraw"), has), figure(t("thisDocument"), typed), figure(t("leftOver"), left, left < 0n ? "over" : "")),
    left < 0n ? el("p", { class: "problem" }, t("overdrawn")) : null,
  );
}

// What a line moves, as far as it is known here: the rest or all of a quota is what it has now.
function says(draft, line) {
  if (needsAmount(line.mode)) return signed(line) ?? 0n;
  const quota = draft.known.get(line.quota_key);
  const fen = quota ? drawable(draft.kind, quota) : 0n;
  return line.mode.startsWith("reduce") ? -fen : fen;
}

async function submit(form, post, done) {
  const { draft, head, place } = form;
  const refuse = (error) => {
    show(place.said, refusalBox(error));
    const faulty = linesAtFault(error);
    [...place.lines.children].forEach((row, at) => row.classList.toggle("fault", faulty.has(at + 1)));
    place.said.firstElementChild.focus();
  };
  if (!draft.lines.length) {
    refuse({ message: t("noLines") });
    return;
  }
  const unfinished = head.files.unfinished();
  if (unfinished) {
    refuse({ message: t(unfinished.failed ? "fileFailed" : "fileOnItsWay", { name: unfinished.name }) });
    return;
  }
  const said = {
    key: draft.key, document_number: head.number.value(), division_code: head.division.value, fiscal_year: head.year.value,
    effective_on: head.day.value, issued_on: head.issued.value, advance: head.advance.checked, summary: head.summary.value.trim(),
    back_entry_reason: head.late.required ? head.late.value.trim() : "", attachments: head.files.value(),
  };
  post.disabled = true;
  show(post, t("submitting"));
  try {
    const { document: made } = await send("POST", "/quota-documents", requestOf(draft.kind, said, draft.source, draft.lines));
    done(made.key);
  } catch (error) {
    refuse(error);
  } finally {
    post.disabled = false;
    show(post, t("submit"));
  }
}

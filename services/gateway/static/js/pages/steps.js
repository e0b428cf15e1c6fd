// Steps of projects and targets: what can be done now, asked once more before it is done, and what was done.

import { isBelow, levelOf } from "../base.js";
import { documentKey } from "../drafts.js";
import { el, show } from "../dom.js";
import { moment } from "../moments.js";
import { field, select, tag } from "../parts.js";
import { t, word } from "../words.js";
import { refusalBox } from "./entry.js";
import { mayEnter } from "./documents.js";

// Whether somebody of this level and place does a step; that nobody reviews their own the ledger says.
export function mayDo(me, step, division) {
  if (!mayEnter(me)) return false;
  if (me.roles.includes("administrator") && isBelow(division, me.division_code)) return true;
  const level = levelOf(me.division_code);
  if (!step.levels.includes(level)) return false;
  return level === "township" ? me.division_code.startsWith(division) : level === "county" ? me.division_code === division : isBelow(division, me.division_code);
}

// Buttons for steps without content; those with content are links to their form (`linkOf`).
export function stepButtons({ me, steps, division, post, linkOf, reload }) {
  const mine = steps.filter((step) => mayDo(me, step, division));
  if (!mine.length) return null;
  const place = el("div", {});
  const button = (step) =>
    step.needs_content
      ? el("a", { class: "action", href: linkOf(step) }, word("libraryAction", step.action))
      : el("button", { type: "button", class: "plain", on: { click: () => ask(place, step, post, reload) } }, word("libraryAction", step.action));
  return el("div", {}, el("nav", { class: "actions", "aria-label": t("actions") }, mine.map(button)), place);
}

function ask(place, step, post, reload) {
  const reason = el("input", { required: step.needs_reason, maxlength: 200 });
  const name = word("libraryAction", step.action);
  openDialog(place, name, [
    el("p", { class: "note" }, t("stepSure", { action: name })),
    el("p", { class: "note" }, t("pleaseSelf")),
    step.needs_reason ? field(t("stepReason"), reason, t("stepReasonHint")) : null,
  ], async (key) => {
    await post({ key, action: step.action, reason: reason.value.trim() });
    reload();
  });
}

// A dialog whose key is made once: whoever presses twice, or again after a lost answer, does it once.
export function openDialog(place, title, parts, act) {
  const key = documentKey();
  const said = el("p", { class: "problem", role: "alert" });
  const confirm = el("button", { type: "submit" }, t("doStep"));
  const form = el("form", {}, el("h2", {}, title), parts, said, el("div", { class: "buttons" }, confirm, el("button", { type: "button", class: "quiet", on: { click: () => dialog.close() } }, t("cancel"))));
  const dialog = el("dialog", { "aria-label": title }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    try {
      await act(key);
      dialog.close();
    } catch (error) {
      show(said, error.message);
    } finally {
      confirm.disabled = false;
    }
  });
  show(place, dialog);
  dialog.showModal();
}

// A form that keeps what was typed when it is refused.
export function sendingForm(parts, label, act) {
  const said = el("div", { role: "alert" });
  const button = el("button", { type: "submit", class: "main" }, label);
  const form = el("form", { class: "lib-form entry", autocomplete: "off" }, parts, said, el("div", { class: "buttons" }, button));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      show(said, refusalBox(error));
      said.firstElementChild.focus();
    } finally {
      button.disabled = false;
    }
  });
  return form;
}

export function stepTimeline(steps, stateGroup) {
  return el("ol", { class: "timeline" }, [...steps].reverse().map((one) =>
    el("li", {},
      el("time", {}, moment(Date.parse(one.recorded_at) * 1000)),
      el("b", {}, word("libraryAction", one.action)),
      one.version ? [" ", el("small", {}, t("versionNumber", { n: one.version }))] : null,
      one.change_kind ? [" ", tag(word("changeKind", one.change_kind))] : null,
      el("p", {}, one.recorded_by, "　", el("small", {}, word("actingLevel", one.acted_as)), one.state ? ["　→ ", word(stateGroup, one.state)] : null),
      one.reason ? el("p", { class: "note" }, `${t("stepReason")}：${one.reason}`) : null)));
}

export function kindSelect(name, group, names, chosen, attributes = {}) {
  return select(name, names.map((one) => [one, word(group, one)]), chosen, attributes);
}

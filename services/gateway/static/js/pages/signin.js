// Signing in, and changing the password.

import { send } from "../api.js";
import { el, show } from "../dom.js";
import { toast } from "../live.js";
import { field } from "../parts.js";
import { t } from "../words.js";

export function signInPage(onEntered, onLanguage) {
  const user = el("input", { name: "user", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false", maxlength: 63, autofocus: true });
  const password = el("input", { name: "password", type: "password", required: true, autocomplete: "current-password", maxlength: 200 });
  return frame(
    onLanguage,
    t("signIn"),
    null,
    [field(t("user"), user), field(t("password"), password)],
    t("signIn"),
    async () => onEntered(await send("POST", "/login", { user: user.value.trim().toLowerCase(), password: password.value })),
  );
}

export function passwordPage(me, onChanged, onLeave, onLanguage) {
  const old = el("input", { type: "password", required: true, autocomplete: "current-password", maxlength: 200, autofocus: true });
  const fresh = el("input", { type: "password", required: true, autocomplete: "new-password", minlength: 10, maxlength: 200 });
  const again = el("input", { type: "password", required: true, autocomplete: "new-password", minlength: 10, maxlength: 200 });
  const change = async () => {
    if (fresh.value !== again.value) throw new Error(t("passwordsDiffer"));
    await send("PUT", "/me/password", { old_password: old.value, new_password: fresh.value });
    toast(t("passwordChanged"));
    await onChanged();
  };
  return frame(
    onLanguage,
    t("changePassword"),
    me.must_change_password ? t("firstChange") : null,
    [
      el("input", { type: "text", name: "user", value: me.user, autocomplete: "username", hidden: true }),
      field(t("oldPassword"), old),
      field(t("newPassword"), fresh, t("passwordRule")),
      field(t("repeatPassword"), again),
    ],
    t("changePassword"),
    change,
    el("button", { type: "button", class: "link", on: { click: onLeave } }, me.must_change_password ? t("signOut") : t("close")),
  );
}

function frame(onLanguage, title, note, fields, label, act, ...more) {
  const problem = el("p", { class: "problem", role: "alert" });
  const button = el("button", { type: "submit", class: "main" }, label);
  const form = el("form", {}, el("h1", {}, title), note ? el("p", { class: "note" }, note) : null, ...fields, problem, button, ...more);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    show(problem);
    try {
      await act();
    } catch (error) {
      show(problem, error.message);
    } finally {
      button.disabled = false;
    }
  });
  return el(
    "main",
    { class: "entrance" },
    el(
      "div",
      { class: "welcome" },
      el("img", { src: "/static/seal.svg", alt: "", width: 72, height: 72 }),
      el("p", { class: "name" }, t("product")),
      el("p", { class: "line" }, t("productLine")),
      el("p", { class: "intro" }, t("signInIntro")),
    ),
    el("div", { class: "card" }, form, el("button", { type: "button", class: "link corner", on: { click: onLanguage } }, t("other"))),
  );
}

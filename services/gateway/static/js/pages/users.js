// Accounts: who may see what, and adding one.

import { get, send } from "../api.js";
import { divisionName, divisionSelect } from "../base.js";
import { el, show } from "../dom.js";
import { field, heading, panel, table, tag } from "../parts.js";
import { t, word } from "../words.js";

const ROLES = ["finance_officer", "rule_author", "administrator"];

export async function users({ reload }) {
  const { users: found } = await get("/users");
  const columns = [
    { name: t("user"), cell: (row) => el("code", {}, row.user) },
    { name: t("displayName"), cell: (row) => row.display_name },
    { name: t("roles"), cell: (row) => row.roles.map((role) => tag(word("role", role))) },
    { name: t("division"), cell: (row) => (row.division_code ? divisionName(row.division_code) : t("wholeCountry")) },
    { name: t("fund"), cell: (row) => row.fund_codes.join("、") || t("all") },
    { name: t("email"), cell: (row) => row.email || "—" },
    { name: t("state"), cell: (row) => (row.active ? tag(t("active"), "good") : tag(t("left"))) },
  ];
  return el("div", { class: "page" }, heading(t("users")), panel(null, table(t("users"), columns, found)), panel(t("addUser"), form(reload)));
}

function form(reload) {
  const said = el("p", { role: "status", class: "note wide" });
  const roles = el(
    "fieldset",
    {},
    el("legend", {}, t("roles")),
    ROLES.map((role, place) => el("label", { class: "check" }, el("input", { type: "checkbox", name: "roles", value: role, checked: place === 0 }), word("role", role))),
  );
  const node = el(
    "form",
    { class: "grid" },
    field(t("user"), el("input", { name: "user", required: true, pattern: "[a-z0-9][a-z0-9._\\-]{1,62}", maxlength: 63, autocomplete: "off" })),
    field(t("displayName"), el("input", { name: "display_name", maxlength: 100 })),
    field(t("division"), divisionSelect("division_code", "", t("wholeCountry"))),
    field(t("email"), el("input", { name: "email", type: "email", maxlength: 200 })),
    field(t("firstPassword"), el("input", { name: "password", type: "password", required: true, minlength: 10, maxlength: 200, autocomplete: "new-password" }), t("passwordRule")),
    roles,
    el("button", { type: "submit" }, t("addUser")),
    said,
  );
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(node);
    const body = { ...Object.fromEntries(given), roles: given.getAll("roles") };
    try {
      const added = await send("POST", "/users", body);
      node.reset();
      show(said, t("userAdded", { user: added.user }));
      setTimeout(reload, 2500);
    } catch (error) {
      show(said, error.message);
    }
  });
  return node;
}

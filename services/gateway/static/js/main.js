// The shell around the pages: who is signed in, where one is, in which language.

import { doors, get, send } from "./api.js";
import * as base from "./base.js";
import { el, show } from "./dom.js";
import * as live from "./live.js";
import { failure } from "./parts.js";
import { basedata } from "./pages/basedata.js";
import { cases, oneCase } from "./pages/cases.js";
import { documents, oneDocument } from "./pages/documents.js";
import { files } from "./pages/files.js";
import { indicators } from "./pages/indicators.js";
import { ledger } from "./pages/ledger.js";
import { links } from "./pages/links.js";
import { overview } from "./pages/overview.js";
import { onePayment, payments } from "./pages/payments.js";
import { oneTargetSet, performance } from "./pages/performance.js";
import { oneProject, projects } from "./pages/projects.js";
import { reconciliation } from "./pages/reconciliation.js";
import { oneQuota, quotas } from "./pages/quotas.js";
import { receive, tellWaiting } from "./pages/receive.js";
import { oneReport, reports } from "./pages/reports.js";
import { rules } from "./pages/rules.js";
import { passwordPage, signInPage } from "./pages/signin.js";
import { traceOne, traceSearch } from "./pages/trace.js";
import { users } from "./pages/users.js";
import { oneWarning, warnings } from "./pages/warnings.js";
import { hasChosenLanguage, language, setLanguage, t } from "./words.js";

const MENU = {
  menuFunds: ["overview", "ledger", "quotas", "documents", "receive", "payments", "links", "trace", "reconciliation"],
  menuProjects: ["projects", "performance"],
  menuWatch: ["indicators", "reports", "warnings", "cases", "rules"],
  menuManage: ["basedata", "files", "users"],
};
const PAGES = {
  overview: { page: overview, refreshes: true },
  ledger: { page: ledger },
  indicators: { page: indicators },
  reports: { page: reports, one: oneReport },
  quotas: { page: quotas, one: oneQuota, counts: true },
  documents: { page: documents, one: oneDocument, counts: true },
  receive: { page: receive, roles: ["administrator", "finance_officer"], counts: true },
  projects: { page: projects, one: oneProject },
  performance: { page: performance, one: oneTargetSet },
  payments: { page: payments, one: onePayment },
  links: { page: links },
  trace: { page: traceSearch, one: traceOne },
  reconciliation: { page: reconciliation },
  warnings: { page: warnings, one: oneWarning, refreshes: true },
  cases: { page: cases, one: oneCase, refreshes: true },
  rules: { page: rules },
  basedata: { page: basedata },
  files: { page: files, roles: ["administrator", "finance_officer"] },
  users: { page: users, roles: ["administrator"] },
};
const app = document.getElementById("app");
let me = null;
let turn = 0;

function address() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/);
  const [name, ...rest] = path.split("/");
  return { name: PAGES[name] && allowed(name) ? name : "overview", key: decodeURIComponent(rest.join("/")), query: new URLSearchParams(query) };
}

function allowed(name) {
  const roles = PAGES[name].roles;
  return !roles || roles.some((role) => me.roles.includes(role));
}

async function open(quietly = false) {
  if (!me) return;
  const mine = ++turn;
  const place = document.getElementById("main");
  const { name, key, query } = address();
  for (const link of document.querySelectorAll("nav.main a")) {
    if (link.dataset.page !== name) link.removeAttribute("aria-current");
    else {
      link.setAttribute("aria-current", "page");
      if (!quietly) link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
  document.title = `${t(name)} · ${t("product")}`;
  if (!quietly) place.setAttribute("aria-busy", "true");
  try {
    const { page, one } = PAGES[name];
    const node = await (key && one ? one : page)({ me, key, query, reload: () => open(true), isOpen: () => mine === turn });
    if (mine === turn) show(place, node);
  } catch (error) {
    if (mine === turn && me) show(place, failure(error, () => open()));
  }
  if (mine !== turn) return;
  if (PAGES[name].counts) tellWaiting(me);
  place.removeAttribute("aria-busy");
  if (!quietly) {
    window.scrollTo(0, 0);
    place.querySelector("h1")?.focus({ preventScroll: true });
  }
}

function shell() {
  const link = (name) => el("a", { href: `#/${name}`, "data-page": name }, t(name));
  const groups = Object.entries(MENU).map(([title, names]) => el("div", { class: "group", role: "group", "aria-labelledby": title }, el("h2", { id: title }, t(title)), names.filter(allowed).map(link)));
  const dot = el("span", { class: "live", id: "live" });
  const main = el("main", { id: "main", tabindex: -1 }, el("p", { class: "note" }, t("loading")));
  const skip = el("button", { type: "button", class: "skip", on: { click: () => main.focus() } }, t("skip"));
  show(
    app,
    skip,
    el(
      "div",
      { class: "shell" },
      el(
        "aside",
        { class: "side" },
        el("a", { class: "brand", href: "#/overview" }, el("img", { src: "/static/seal.svg", alt: "", width: 36, height: 36 }), el("span", {}, el("b", {}, t("product")), el("small", {}, t("productLine")))),
        el("nav", { class: "main", "aria-label": t("menu") }, groups),
        el(
          "div",
          { class: "account" },
          el("span", { class: "who" }, me.display_name, el("small", {}, me.division_code ? base.divisionName(me.division_code) : me.user)),
          dot,
          el("button", { type: "button", class: "link", lang: language() === "en" ? "zh-CN" : "en", on: { click: switchLanguage } }, t("other")),
          el("button", { type: "button", class: "link", on: { click: askPassword } }, t("changePassword")),
          el("button", { type: "button", class: "link", on: { click: signOut } }, t("signOut")),
        ),
      ),
      main,
    ),
  );
  showState(live.liveState());
  tellWaiting(me);
}

function showState(name) {
  const dot = document.getElementById("live");
  if (!dot) return;
  dot.className = `live ${name}`;
  dot.textContent = t(name);
}

function refresh() {
  // Somebody who is typing or choosing is not interrupted by news.
  const busy = document.activeElement?.closest("form, dialog") || getSelection()?.type === "Range" || window.scrollY > 200;
  if (PAGES[address().name].refreshes && !busy && !address().query.get("page_token")) open(true);
}

function switchLanguage() {
  setLanguage(language() === "en" ? "zh" : "en");
  if (!me) start();
  else if (me.must_change_password) askPassword();
  else {
    shell();
    open();
  }
}

async function signOut() {
  await send("POST", "/logout").catch(() => {});
  doors.signIn();
}

doors.signIn = () => {
  me = null;
  live.stop();
  document.title = t("product");
  show(app, signInPage(entered, switchLanguage));
};

doors.changePassword = askPassword;

function askPassword() {
  turn += 1;
  show(app, passwordPage(me, start, me.must_change_password ? signOut : () => entered(me), switchLanguage));
}

async function entered(user) {
  me = user;
  if (!hasChosenLanguage()) setLanguage(user.language);
  if (user.must_change_password) {
    askPassword();
    return;
  }
  await base.load(user);
  shell();
  live.start(showState, refresh);
  await open();
}

async function start() {
  setLanguageOnce();
  try {
    await entered(await get("/me"));
  } catch (error) {
    if (error.status !== 401) show(app, failure(error, start));
  }
}

function setLanguageOnce() {
  document.documentElement.lang = language() === "en" ? "en" : "zh-CN";
}

window.addEventListener("hashchange", () => open());
start();

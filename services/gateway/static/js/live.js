// What happens now: one event stream, toasts, and a word to the page that is open.

import { get } from "./api.js";
import { el } from "./dom.js";
import { chip } from "./parts.js";
import { yuan } from "./money.js";
import { t } from "./words.js";

const GATHER_MS = 1200;
const TOAST_MS = 9000;
const TOASTS_MAX = 4;
const REOPEN_MS = 5000;
const REFRESH_MS = 6000;

let source = null;
let waiting = [];
let timer = 0;
let refreshTimer = 0;
let state = "offline";
const listeners = { state: () => {}, refresh: () => {} };

export function start(onState, onRefresh) {
  stop();
  Object.assign(listeners, { state: onState, refresh: onRefresh });
  source = new EventSource("/api/v1/live");
  source.onopen = () => tell("live");
  source.onerror = () => {
    tell("offline");
    // A stream that was refused is not opened again by itself: the session has ended, or the server starts anew.
    if (source && source.readyState === EventSource.CLOSED) setTimeout(reopen, REOPEN_MS);
  };
  for (const kind of ["warning", "case", "import"]) {
    source.addEventListener(kind, (event) => gather(kind, JSON.parse(event.data)));
  }
}

function reopen() {
  const closed = source;
  if (!closed) return;
  get("/me").then(
    () => closed === source && start(listeners.state, listeners.refresh),
    (error) => error.status !== 401 && setTimeout(reopen, REOPEN_MS),
  );
}

export function stop() {
  if (source) source.close();
  source = null;
  waiting = [];
}

export function liveState() {
  return state;
}

function tell(name) {
  state = name;
  listeners.state(name);
}

// Many events at once become one toast: an import raises hundreds of warnings in a second.
function gather(kind, body) {
  waiting.push({ kind, body });
  if (!timer) timer = setTimeout(release, GATHER_MS);
  if (!refreshTimer) {
    refreshTimer = setTimeout(() => {
      refreshTimer = 0;
      listeners.refresh();
    }, REFRESH_MS);
  }
}

function release() {
  timer = 0;
  const events = waiting;
  waiting = [];
  const warnings = events.filter((event) => event.kind === "warning" && event.body.standing);
  if (warnings.length > 2) {
    toast(t("toastWarnings", { n: warnings.length }), "", "#/warnings");
  } else {
    for (const { body } of warnings) {
      toast([chip(body.severity), " ", t("toastWarning")], `${body.title} · ${yuan(body.amount_fen)} ${t("yuan")}`, `#/warnings/${body.id}`);
    }
  }
  if (events.some((event) => event.kind === "import")) toast(t("toastImport"), "", "#/files");
}

export function toast(title, text, href) {
  const place = document.getElementById("toasts");
  const node = el(
    "div",
    { class: "toast" },
    href ? el("a", { href }, el("strong", {}, title), text ? el("span", {}, text) : null) : el("strong", {}, title),
    el("button", { type: "button", "aria-label": t("close"), on: { click: () => node.remove() } }, "×"),
  );
  place.append(node);
  while (place.children.length > TOASTS_MAX) place.firstChild.remove();
  setTimeout(() => node.remove(), TOAST_MS);
}

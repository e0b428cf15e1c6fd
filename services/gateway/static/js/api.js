// Calls of our own API. A refusal becomes a Refusal with the sentence that the server worded.

import { language } from "./words.js";

const BASE = "/api/v1";

export class Refusal extends Error {
  constructor(status, body) {
    super(body.message);
    this.status = status;
    this.code = body.code;
    this.details = body.details || {};
    this.requestId = body.request_id || "";
  }
}

// What to do when the session has ended, or the first password has to be changed; set by main.js.
export const doors = { signIn: () => {}, changePassword: () => {} };

export async function get(path, parameters = {}) {
  return call("GET", path + query(parameters));
}

export async function send(method, path, body) {
  return call(method, path, body === undefined ? undefined : JSON.stringify(body));
}

export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

async function call(method, path, body) {
  const headers = { "Accept-Language": language() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, body, credentials: "same-origin" });
  } catch {
    throw unreachable();
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  throw heed(new Refusal(response.status, await worded(response)));
}

// Where the bytes of a file that a document names are.
export function attachmentHref(documentKey, sha256) {
  return `${BASE}/attachments/${sha256}${query({ document_key: documentKey })}`;
}

// Sends a file as the body of the request. XMLHttpRequest, because fetch tells no progress of an upload.
export function upload(path, file, parameters, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", BASE + path + query(parameters));
    request.setRequestHeader("Accept-Language", language());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress(event.loaded, file.size);
    request.onerror = () => reject(unreachable());
    request.onload = () => {
      if (request.status === 201 || request.status === 202) resolve(request.response);
      else reject(heed(new Refusal(request.status, request.response || unreachable())));
    };
    request.send(file);
  });
}

function heed(refusal) {
  if (refusal.status === 401 && refusal.code !== "gateway.wrong_password") doors.signIn();
  if (refusal.code === "gateway.password_change_required") doors.changePassword();
  return refusal;
}

async function worded(response) {
  try {
    return await response.json();
  } catch {
    return unreachable();
  }
}

function unreachable() {
  const message = language() === "en" ? "the server cannot be reached" : "无法连接服务器";
  return new Refusal(0, { code: "page.unreachable", message });
}

/* What pages gain with scripts: each answer is saved as it is given, and none is lost. Without scripts, forms do it all. */

const RETRY_AFTER = [2_000, 5_000, 15_000];
const KEPT_FOR = 12 * 3600 * 1000;
const WARNED_BEFORE = 120 * 1000;
const PASSING = new Set([0, 429, 502, 503, 504]);
const GONE = new Set([403, 404, 410]);

const texts = document.getElementById("textes").dataset;
const live = document.getElementById("annonces");
const account = document.body.dataset.account;
const states = new Map(); // by id of a question: what the server has, what is on its way, what is tried again
const owners = new WeakMap(); // by request: the question it saves, also when its button has been replaced meanwhile
let leaving = false;

function announce(sentence) {
  live.textContent = sentence;
}

/* ---- What a question holds ---- */

const questions = () => [...document.querySelectorAll(".criterion[hx-post]")];
const questionOf = (element) => element.closest?.(".criterion[hx-post]");
const region = (question) => question.querySelector(".result");
const version = (question) => question.querySelector('[name^="version."]');
const comment = (question) => question.querySelector("textarea");
const same = (one, other) => one.level === other.level && one.comment === other.comment;

function current(question) {
  const chosen = question.querySelector(".level__input:checked");
  return { level: chosen ? chosen.value : "", comment: comment(question).value };
}

function asServed(question) {
  const chosen = [...question.querySelectorAll(".level__input")].find((input) => input.defaultChecked);
  return { level: chosen ? chosen.value : "", comment: comment(question).defaultValue };
}

function stateOf(question) {
  if (!states.has(question.id)) states.set(question.id, { saved: asServed(question), sent: null, tries: 0, timer: 0 });
  return states.get(question.id);
}

const isUnsaved = (question) => !same(current(question), stateOf(question).saved);

function put(question, values) {
  for (const input of question.querySelectorAll(".level__input")) input.checked = input.value === values.level;
  comment(question).value = values.comment;
  if (values.comment) comment(question).closest("details").open = true;
}

function save(question) {
  const state = stateOf(question);
  clearTimeout(state.timer);
  return new Promise((resolve) => {
    state.done = resolve;
    question.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/* ---- What is shown of a save ---- */

function say(question, kind, sentence, label, action) {
  const place = region(question);
  if (document.activeElement.closest("[data-said]") && place.contains(document.activeElement)) {
    (question.querySelector(".level__input:checked") ?? question).focus({ preventScroll: true }); // « Réessayer » goes away
  }
  place.querySelectorAll("[data-said]").forEach((said) => said.remove());
  place.classList.toggle("result--busy", Boolean(sentence));
  if (!sentence) return;
  const line = document.createElement("p");
  line.className = `result__text result__text--busy result__text--${kind}`;
  line.dataset.said = "";
  line.textContent = sentence;
  if (label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small-button";
    button.textContent = label;
    button.addEventListener("click", action);
    line.append(" ", button);
  }
  place.append(line);
}

function failed(question, status) {
  const state = stateOf(question);
  const passing = PASSING.has(status);
  let sentence = passing ? texts.unsaved : texts.refused;
  if (GONE.has(status)) {
    say(question, "unsaved", sentence = texts.denied);
  } else if (status === 400) { // another session was opened since: the token of this page is no longer good
    say(question, "unsaved", sentence = texts.outdated, texts.reload, reload);
  } else {
    say(question, "unsaved", sentence, texts.retry, () => save(question));
  }
  announce(`${question.dataset.criterion} – ${sentence}`);
  if (passing && state.tries < RETRY_AFTER.length) {
    state.timer = setTimeout(() => save(question), RETRY_AFTER[state.tries]);
    state.tries += 1;
  }
}

/* ---- Focus and open details, when a question is replaced ---- */

function remember(question) {
  const active = document.activeElement;
  const inside = question.contains(active);
  return {
    opened: [...question.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent),
    focus: inside && { id: active.id, name: active.name, value: active.value, from: active.selectionStart, to: active.selectionEnd },
  };
}

function recall(question, { opened, focus }) {
  for (const summary of question.querySelectorAll("details > summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
  if (!focus || (document.activeElement && document.activeElement !== document.body)) return;
  const named = [...question.querySelectorAll("button, input, textarea, summary")].filter((found) => found.checkVisibility({ visibilityProperty: true }));
  const found = named.find((element) => focus.id && element.id === focus.id)
    ?? named.find((element) => focus.name && element.name === focus.name && element.value === focus.value)
    ?? question.querySelector(".level__input:checked") ?? question;
  found.focus({ preventScroll: true });
  if (found.tagName === "TEXTAREA") found.setSelectionRange(focus.from, focus.to);
}

/* ---- Saving, through htmx ---- */

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, triggeringEvent } = event.detail.requestConfig;
  const question = questionOf(elt);
  if (!question) return;
  owners.set(event.detail.xhr, question);
  const state = stateOf(question);
  const values = current(question);
  if (elt === question && same(values, state.saved)) {
    event.preventDefault(); // a comment left as it was, or a click already saved with the one before
    say(question);
    state.done?.(200);
    return;
  }
  if (triggeringEvent?.isTrusted) state.tries = 0;
  clearTimeout(state.timer);
  state.sent = values;
  say(question, "saving", texts.saving);
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 401) return;
  keep(); // before htmx follows the address of the sign-in page
  leaving = true;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const question = owners.get(event.detail.xhr);
  if (!question) return;
  const state = stateOf(question);
  const values = current(question);
  state.memory = remember(question);
  state.newer = same(values, state.sent) ? null : values; // given while the request was on its way
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr } = event.detail;
  const before = owners.get(xhr);
  prolong(xhr.getResponseHeader("X-Session-Ends"));
  const question = before && document.getElementById(before.id);
  owners.delete(xhr); // htmx tells it twice where the element is gone
  if (question && xhr.status !== 401) settle(question, xhr.status, question !== before);
});

function settle(question, status, replaced) {
  const state = stateOf(question);
  if (status >= 200 && status < 300) {
    say(question);
    state.tries = 0;
    state.saved = replaced ? asServed(question) : state.sent;
    forget();
  } else if (status === 409 || status === 422) {
    say(question);
  } else {
    failed(question, status);
  }
  if (replaced && state.newer) {
    put(question, state.newer);
    save(question);
  }
  if (state.memory) recall(question, state.memory);
  state.memory = state.newer = null;
  state.done?.(status);
  state.done = null;
}

document.addEventListener("change", ({ target }) => {
  const question = target.matches?.(".level--na .level__input[aria-describedby]") && questionOf(target);
  if (question) comment(question).closest("details").open = true; // a reason is asked for
});

window.addEventListener("online", () => questions().filter(isUnsaved).forEach(save));
document.addEventListener("submit", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && questions().some(isUnsaved)) event.preventDefault();
});

/* ---- A session that ends: what was typed is kept in this tab, and saved after the next sign-in ---- */

const shelf = `jalon:${account}:${location.pathname}`;

function keep() {
  const unsaved = questions().filter(isUnsaved)
    .map((question) => ({ id: question.id, version: version(question).value, ...current(question) }));
  if (!account || !unsaved.length) return;
  try {
    sessionStorage.setItem(shelf, JSON.stringify({ at: Date.now(), unsaved }));
  } catch {
    // The storage is full or forbidden: there is nothing better to do than go on.
  }
}

function forget() {
  try {
    sessionStorage.removeItem(shelf); // the server is back: the page holds the rest
  } catch {
    // Nothing was kept either.
  }
}

function takeBack() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(shelf) ?? "null");
    forget();
    return kept && Date.now() - kept.at < KEPT_FOR ? kept.unsaved : [];
  } catch {
    return [];
  }
}

async function restore() {
  if (!account) return;
  const kept = takeBack().filter(({ id }) => document.getElementById(id)?.matches(".criterion[hx-post]"));
  for (const values of kept) {
    const question = document.getElementById(values.id);
    put(question, values);
    version(question).value = values.version; // so that what another person answered meanwhile is not overwritten
  }
  let saved = 0;
  for (const { id } of kept) {
    const status = await save(document.getElementById(id));
    if (status >= 200 && status < 300) saved += 1;
  }
  if (saved) tellRestored(saved === 1 ? texts.restoredOne : texts.restoredMany.replace("{n}", saved));
}

function tellRestored(sentence) {
  const line = document.createElement("p");
  line.className = "notice notice--success";
  line.textContent = sentence;
  document.getElementById("criteria").before(line);
  announce(sentence);
}

/* ---- Two minutes before the end of the session ---- */

const warning = document.getElementById("session");
let ends = 0;
let alarm = 0;

function prolong(seconds) {
  if (!seconds || !warning) return;
  ends = Number(seconds) * 1000;
  warning.hidden = true;
  clearTimeout(alarm);
  alarm = setTimeout(warn, Math.max(0, ends - WARNED_BEFORE - Date.now()));
}

function warn() {
  if (ends - WARNED_BEFORE > Date.now() + 1000) return;
  warning.hidden = false;
  announce(warning.querySelector("p").textContent);
  alarm = setTimeout(over, Math.max(0, ends - Date.now()));
}

function over() {
  keep();
  warning.querySelector("p").textContent = texts.sessionOver;
  warning.querySelector("button").textContent = texts.signInAgain;
  ends = 0;
  announce(texts.sessionOver);
}

function reload() {
  keep();
  leaving = true;
  location.reload();
}

async function stayIn() {
  if (!ends) return reload();
  try {
    const answer = await fetch(document.body.dataset.keepalive, { headers: { "HX-Request": "true" }, cache: "no-store" });
    const until = answer.headers.get("X-Session-Ends");
    if (!answer.ok || !until) throw new Error(String(answer.status));
    prolong(until);
    announce(texts.sessionKept);
    document.getElementById("contenu").focus({ preventScroll: true });
  } catch {
    announce(texts.sessionFailed);
    warning.querySelector("p").textContent = texts.sessionFailed;
  }
}

/* ---- At the start ---- */

async function useComponents() {
  const summary = document.querySelector('[data-module="govuk-error-summary"]');
  if (!summary) return;
  document.body.classList.add("govuk-frontend-supported");
  const { ErrorSummary } = await import("./vendor/govuk-frontend/govuk-frontend.min.js");
  new ErrorSummary(summary);
}

document.addEventListener("DOMContentLoaded", () => {
  if (window.matchMedia("(max-width: 56rem)").matches) document.querySelector(".axes__details")?.removeAttribute("open");
  warning?.querySelector("button").addEventListener("click", stayIn);
  prolong(document.body.dataset.sessionEnds);
  useComponents();
  restore();
});

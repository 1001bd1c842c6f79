// What scripts add to pages that work without them. Markup is written by one policy, in one function.
const policy = window.trustedTypes?.createPolicy("chelal", { createHTML: (html) => html });
const parse = (html) => new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
const say = (name) => document.body.dataset[name] ?? "";
const typing = (el) => el?.matches?.("input:not([type=checkbox],[type=radio],[type=button]),select,textarea,[contenteditable]");

// ---- waiting: nothing for a moment, then a thin bar, then words
let bar, words;
function waiting() {
  const timers = [
    setTimeout(() => { bar = document.createElement("div"); bar.className = "bar"; document.body.append(bar); }, 400),
    setTimeout(() => toast(say("still")), 5000),
  ];
  return () => { timers.forEach(clearTimeout); bar?.remove(); words?.remove(); };
}
function toast(text) {
  words?.remove();
  words = document.createElement("div");
  words.className = "toast";
  words.setAttribute("role", "status");
  words.textContent = text;
  document.body.append(words);
}

// ---- forms: nothing typed is lost, nothing is sent twice
const state = (form) => new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("_"))).toString();
const begun = new WeakMap();
let leaving = false;
function watchForms(root) {
  for (const form of root.querySelectorAll("form[data-form]")) {
    if (!begun.has(form)) begun.set(form, form.matches("[data-sent]") ? "" : state(form));
  }
}
const dirty = (form) => form.method === "post" && begun.get(form) !== state(form);
const touched = () => [...document.querySelectorAll("form[data-form]")].some(dirty);
// What is typed is kept on the server, a moment after the last key and when the page is left.
const kept = new WeakMap();
let keeping, soon;
const unkept = () => [...document.querySelectorAll("form[data-draft]")].filter((form) => dirty(form) && kept.get(form) !== state(form));
const draft = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string").concat([["_draft", "keep"]]));
async function keep() {
  for (const form of unkept()) {
    const typed = state(form);
    keeping = new AbortController();
    const answer = await fetch(form.action, { method: "POST", body: draft(form), signal: keeping.signal }).catch(() => null);
    if (answer?.status !== 204) continue;
    kept.set(form, typed);
    let said = form.querySelector(".kept");
    if (!said) {
      said = document.createElement("p");
      said.className = "kept hint";
      form.append(said);
    }
    said.textContent = say("kept") + " " + new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }
}
addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(keep, 1500); });
addEventListener("pagehide", () => {
  if (!leaving) for (const form of unkept()) navigator.sendBeacon(form.action, draft(form));
});
addEventListener("beforeunload", (event) => {
  if (!leaving && [...document.querySelectorAll("form[data-form]")].some((form) => dirty(form) && kept.get(form) !== state(form))) { event.preventDefault(); event.returnValue = say("leave"); }
});
// A form is sent from here, so that a line that is cut costs nothing: the page stays, and its form with the key that
// makes sending it again harmless.
async function send(form, button) {
  const done = waiting();
  form.querySelector(".unsent")?.remove();
  const later = setTimeout(() => toast(say("saving")), 400);
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  const headers = { "x-form": "1", accept: "text/html" };
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers, signal: AbortSignal.timeout(90000) }).catch(() => null);
  const next = answer?.headers.get("x-go");
  const page = answer && !next ? await answer.text().then(parse, () => null) : null;
  clearTimeout(later);
  done();
  if (next) {
    const paper = answer.headers.get("x-print");
    if (paper && (!form.dataset.prints || remembered(form.dataset.prints))) open(paper, "_blank", "noopener");
    const there = new URL(next, location.href);
    if (there.hash && there.href.split("#")[0] === location.href.split("#")[0]) { location.hash = there.hash; location.reload(); } else location.assign(there);
    return;
  }
  leaving = false;
  // A file that was chosen could not be carried through signing in: the page stays, and one signs in beside it.
  const out = answer?.status === 401 && form.enctype === "multipart/form-data";
  if (out || !page?.getElementById("main")) {
    form.removeAttribute("aria-busy");
    button?.removeAttribute("aria-busy");
    const said = document.createElement("p");
    said.className = "summary unsent";
    said.setAttribute("role", "alert");
    said.textContent = say(out ? "out" : "unsent") + " ";
    if (out) {
      const link = document.createElement("a");
      link.href = "/sign-in"; link.target = "_blank"; link.textContent = say("enter");
      said.append(link);
    }
    if (button) button.before(said); else form.append(said);
    return;
  }
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  if (form.enctype === "multipart/form-data") carry(form);
  watchForms(document);
  remember();
  first();
}
// What was typed beside a file, and the file, which the server did not send back.
function carry(form) {
  const again = [...document.forms].find((one) => one.enctype === form.enctype);
  for (const was of again ? form.elements : []) {
    const now = was.name && was.type !== "hidden" && [...again.elements].find((one) => one.name === was.name && (one.type !== "radio" || one.value === was.value));
    if (!now) continue;
    if (was.type === "file") { now.files = was.files; if (was.files.length) now.closest(".field")?.querySelector(".again")?.remove(); }
    else if (was.type === "radio" || was.type === "checkbox") now.checked = was.checked;
    else now.value = was.value;
  }
}
addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[method=post]")) return;
  const button = event.submitter;
  if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
  leaving = true;
  clearTimeout(soon);
  keeping?.abort();
  form.setAttribute("aria-busy", "true");
  if (form.matches("[data-form]")) {
    event.preventDefault();
    button?.setAttribute("aria-busy", "true");
    send(form, button);
    return;
  }
  waiting();
});
addEventListener("pageshow", (event) => {
  leaving = false;
  document.querySelectorAll("[aria-busy]").forEach((el) => el.removeAttribute("aria-busy"));
  bar?.remove(); words?.remove();
  // A page kept by the browser may show what its reader may no longer see.
  if (event.persisted) location.reload();
});

// ---- forms that keep each field when it is left: sent again and again, each time under a key of its own
let times = 0;
addEventListener("change", async ({ target }) => {
  const form = target.closest?.("form[data-keep]");
  if (!form || !target.value) return;
  const sent = new FormData(form), now = state(form);
  sent.set("_key", sent.get("_key") + "-" + ++times);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") return;
  begun.set(form, now);
  // What was said once, such as that a number was counted again, is not said with the next field.
  for (const once of form.querySelectorAll("[data-once]")) if (sent.get(once.dataset.once)) once.remove();
  let note = form.querySelector("output.kept");
  if (!note) { note = document.createElement("output"); note.className = "kept hint"; form.append(note); }
  note.textContent = form.dataset.keep + " " + new Date().toLocaleTimeString([], { timeStyle: "short" });
});

let asked;
// ---- what this browser remembers: whether keys work, whether slips are printed
const remembered = (name, usual = "off") => (localStorage.getItem(name) ?? usual) === "on";
function remember() {
  for (const box of document.querySelectorAll("[data-remember]")) {
    box.checked = remembered(box.dataset.remember, box.dataset.usual);
    box.closest("[hidden]")?.removeAttribute("hidden");
  }
}
addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-remember]")) localStorage.setItem(target.dataset.remember, target.checked ? "on" : "off");
});

// ---- scanners: fast keys and Enter. The code on a package (GS1) says its batch and when it expires.
function packaged(text) {
  const found = {};
  let rest = text.trim().replace(/^\](C1|d2|Q3|e0)/, "").replace(/[()]/g, "");
  while ((rest = rest.replace(/^\x1d/, ""))) {
    const part = rest.match(/^(01)(\d{14})/) ?? rest.match(/^(11|13|15|17)(\d{6})/) ?? rest.match(/^(10|21)([^\x1d]{1,20})/);
    if (!part) return null;
    found[part[1]] = part[2];
    rest = rest.slice(part[0].length);
  }
  return found["10"] && (found["01"] || found["17"]) ? found : null;
}
function scanned(field) {
  const found = packaged(field.value);
  if (!found) return;
  field.value = found["10"];
  const expiry = field.form.elements[field.name.replace("batch_number", "expiry_date")];
  if (!expiry || !found["17"]) return;
  const [year, month, day] = found["17"].match(/../g).map(Number);
  // Day 0 is the last of the month.
  expiry.value = new Date(Date.UTC(2000 + year, day ? month - 1 : month, day)).toISOString().slice(0, 10);
}
function onwards(field) {
  const all = [...field.form.elements].filter((el) => el.matches("input:not([type=hidden],[type=radio]),select,textarea,button.primary") && el.getClientRects().length);
  all[all.indexOf(field) + 1]?.focus();
}
addEventListener("change", ({ target }) => { if (target.matches?.('[name$="batch_number"]')) scanned(target); });
addEventListener("keydown", async (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing || !field.matches?.("input")) return;
  if (field.matches('[name$="batch_number"]')) {
    event.preventDefault();
    scanned(field);
    onwards(field);
    return;
  }
  const pick = field.closest(".search") && field.closest("[data-pick]");
  if (!pick || !field.value.trim()) return;
  event.preventDefault();
  clearTimeout(asked);
  await look(pick, field);
  const found = [...pick.querySelectorAll(".found input[type=radio]")].filter((one) => one.value && !one.checked);
  if (found.length === 1) { found[0].click(); onwards(field); } else found[0]?.focus();
});

// ---- keys
let go = false;
const rows = () => [...document.querySelectorAll("[data-row],table.list tbody tr")].filter((row) => row.querySelector("a[href]"));
function walk(by) {
  const all = rows();
  const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  all.forEach((row) => row.removeAttribute("aria-selected"));
  next?.setAttribute("aria-selected", "true");
  next?.querySelector("a[href]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
function keys() {
  const dialog = document.createElement("dialog");
  const heading = document.createElement("h2");
  heading.textContent = say("keys");
  const list = document.createElement("dl");
  const add = (key, text) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
    kbd.textContent = key; dt.append(kbd); dd.textContent = text; list.append(dt, dd);
  };
  for (const el of document.querySelectorAll("[data-go]")) add("g " + el.dataset.go, el.textContent.trim());
  for (const el of document.querySelectorAll("[data-key]")) add(el.dataset.key, el.firstChild?.textContent.trim() ?? "");
  const find = document.querySelector("[data-find]");
  if (find) add("/", find.placeholder);
  const close = document.createElement("button");
  close.textContent = "OK";
  close.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  dialog.append(heading, list, close);
  document.body.append(dialog);
  dialog.showModal();
}
addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (key === "k") { document.querySelector("[data-find]")?.focus(); event.preventDefault(); }
    if (key === "Enter") {
      const here = document.activeElement?.closest("form[data-form]");
      const button = event.shiftKey ? [...document.querySelectorAll("main [data-final]")].find((el) => !here || el.form === here) : null;
      const form = button?.form ?? here ?? document.querySelector("main form[data-form]");
      if (form) { form.requestSubmit(button ?? form.querySelector("button.primary:not([data-final])") ?? undefined); event.preventDefault(); }
    }
    return;
  }
  if (typing(document.activeElement) || document.querySelector("dialog[open]") || !remembered("keys", "on")) return;
  const press = (el) => { if (el) { event.preventDefault(); el.click(); } };
  if (go) { go = false; press(document.querySelector(`[data-go="${CSS.escape(key)}"]`)); return; }
  if (key === "g") { go = true; setTimeout(() => { go = false; }, 1500); return; }
  if (key === "/") { document.querySelector("[data-find]")?.focus(); event.preventDefault(); return; }
  if (key === "?") { keys(); return; }
  if (key === "j" || key === "ArrowDown") { if (rows().length) { walk(1); event.preventDefault(); } return; }
  if (key === "k" || key === "ArrowUp") { if (rows().length) { walk(-1); event.preventDefault(); } return; }
  if (key === "p" && !document.querySelector('[data-key="p"]')) return;
  press(document.querySelector(`main [data-key="${CSS.escape(key)}"], .banner [data-key="${CSS.escape(key)}"]`));
});

// ---- measures: what a value means while it is typed; the server decides when it is saved
addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-limits]")) return;
  const names = target.closest("[data-flags]")?.dataset.flags.split("|") ?? [];
  const [low, high, below, above] = target.dataset.limits.split(" ").map(Number);
  const typed = target.value.trim().match(/^([<>]?)\s*(-?\d+(?:[.,]\d+)?)$/);
  const value = typed ? Number(typed[2].replace(",", ".")) + { "": 0, "<": -1e-4, ">": 1e-4 }[typed[1]] : NaN;
  let at = -1;
  if (low === low || high === high) at = value < low ? 1 : value > high ? 2 : value === value ? 0 : -1;
  if (value <= below || value >= above) at = 3;
  let flag = target.parentElement.querySelector("output");
  if (!flag) { flag = document.createElement("output"); target.after(flag); }
  flag.className = at < 0 ? "" : "pill " + ["good", "warning", "warning", "bad"][at];
  flag.textContent = at < 0 ? "" : ["✓ ", "↓ ", "↑ ", "‼ "][at] + (names[at] ?? "");
});

// ---- pickers: found while typing
addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-pick] .search input");
  if (!field) return;
  clearTimeout(asked);
  asked = setTimeout(() => look(field.closest("[data-pick]"), field), 200);
});
async function look(pick, field) {
  const query = new URLSearchParams({ q: field.value, name: pick.dataset.name });
  const answer = await fetch("/pick/" + pick.dataset.pick + "?" + query, { headers: { "x-live": "1" } }).catch(() => null);
  if (!answer?.ok) return;
  const found = pick.querySelector(".found");
  const chosen = [...found.querySelectorAll("label")].filter((label) => label.querySelector("input:checked"));
  const news = [...parse(await answer.text()).body.childNodes];
  const known = new Set(chosen.map((label) => label.querySelector("input").value));
  found.replaceChildren(...chosen, ...news.filter((node) => !known.has(node.querySelector?.("input")?.value)));
}

// What is chosen is meant by what was typed for it.
addEventListener("change", ({ target }) => {
  const pick = target.matches?.("[data-pick] .found input[type=radio]") && target.closest("[data-pick]");
  const looked = pick && pick.querySelector('input[name^="_looked."]');
  if (looked) looked.value = pick.querySelector(".search input").value;
});

// ---- checks: what a look-up says of a form while it is filled in; a line about something else is no line
let checking;
addEventListener("input", ({ target }) => {
  const line = typing(target) && target.form?.querySelector("[data-check]");
  if (!line || line.contains(target)) return;
  clearTimeout(checking);
  checking = undefined;
  line.replaceChildren();
});
addEventListener("change", ({ target }) => {
  const form = target.form, line = form?.querySelector("[data-check]");
  if (!line || line.contains(target)) return;
  line.replaceChildren();
  clearTimeout(checking);
  checking = setTimeout(async () => {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    body.append("_look", line.dataset.check);
    const asked = checking;
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "x-live": "1" } }).catch(() => null);
    const next = answer?.ok && parse(await answer.text()).getElementById(line.id);
    if (next && asked === checking) line.replaceChildren(...next.childNodes);
  }, 300);
});

// ---- news: the page is asked for again when a table that it shows has changed
async function refresh() {
  const live = document.getElementById("live");
  if (!live || !say("watch") || touched() || live.contains(document.activeElement) && typing(document.activeElement)) return;
  const headers = { "x-live": "1" };
  if (refresh.etag) headers["if-none-match"] = refresh.etag;
  const answer = await fetch(location.href, { headers }).catch(() => null);
  if (answer?.status === 401) { location.reload(); return; }
  if (!answer?.ok) return;
  refresh.etag = answer.headers.get("etag");
  const next = parse(await answer.text()).getElementById("live");
  if (!next || touched()) return;
  const focused = live.contains(document.activeElement) && place(document.activeElement);
  live.replaceChildren(...next.childNodes);
  watchForms(live);
  if (focused) document.querySelector(focused)?.focus();
}
// A selector by which a focused element is found again when its part of the page was replaced: keys go on from there.
function place(el) {
  if (el.id) return "#" + CSS.escape(el.id);
  if (el.matches("a[href]")) return `#live a[href="${CSS.escape(el.getAttribute("href"))}"]`;
  const form = el.form?.getAttribute("id");
  return form && el.matches("button") ? `#${CSS.escape(form)} button` : null;
}
if (say("watch")) {
  const source = new EventSource("/live?" + new URLSearchParams({ tables: say("watch") }));
  let due;
  source.onmessage = () => { clearTimeout(due); due = setTimeout(refresh, 300); };
}

// ---- without a connection: said as long as it lasts
let banner;
addEventListener("offline", () => {
  banner?.remove();
  banner = document.createElement("div");
  banner.className = "offline";
  banner.setAttribute("role", "status");
  banner.textContent = say("offline") + " " + new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  document.body.prepend(banner);
});
addEventListener("online", () => banner?.remove());

const first = () => (document.getElementById("error-summary") ?? document.querySelector("[autofocus]"))?.focus();
watchForms(document);
remember();
// Whoever began to type before this was loaded goes on where they are.
if (!typing(document.activeElement)) first();

// ---- rows of links that scroll sideways on a phone show where one is
for (const here of document.querySelectorAll(".top nav [aria-current],.tabs [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.clientWidth) / 2;
}

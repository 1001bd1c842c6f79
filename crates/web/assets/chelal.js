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
    if (!begun.has(form)) begun.set(form, form.querySelector("#error-summary") ? "" : state(form));
  }
}
const touched = () => [...document.querySelectorAll("form[data-form]")].some((form) => form.method === "post" && begun.get(form) !== state(form));
addEventListener("beforeunload", (event) => {
  if (!leaving && touched()) { event.preventDefault(); event.returnValue = say("leave"); }
});
addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[method=post]")) return;
  const button = event.submitter;
  if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
  leaving = true;
  form.setAttribute("aria-busy", "true");
  if (button) setTimeout(() => { button.setAttribute("aria-busy", "true"); }, 0);
  waiting();
  setTimeout(() => toast(say("saving")), 400);
});
addEventListener("pageshow", (event) => {
  leaving = false;
  document.querySelectorAll("[aria-busy]").forEach((el) => el.removeAttribute("aria-busy"));
  bar?.remove(); words?.remove();
  // A page kept by the browser may show what its reader may no longer see.
  if (event.persisted) location.reload();
});

// ---- forms that keep each field when it is left: sent again and again, each time under a key of its own
let keeping = 0;
addEventListener("change", async ({ target }) => {
  const form = target.closest?.("form[data-keep]");
  if (!form || !target.value) return;
  const sent = new FormData(form), now = state(form);
  sent.set("_key", sent.get("_key") + "-" + ++keeping);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent), redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") return;
  begun.set(form, now);
  // What was said once, such as that a number was counted again, is not said with the next field.
  for (const once of form.querySelectorAll("[data-once]")) if (sent.get(once.dataset.once)) once.remove();
  let note = form.querySelector("output.kept");
  if (!note) { note = document.createElement("output"); note.className = "kept hint"; form.append(note); }
  note.textContent = form.dataset.keep + " " + new Date().toLocaleTimeString([], { timeStyle: "short" });
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
      const button = event.shiftKey ? (here ?? document).querySelector("[data-final]") : null;
      const form = button?.form ?? here ?? document.querySelector("main form[data-form]");
      if (form) { form.requestSubmit(button ?? form.querySelector("button.primary:not([data-final])") ?? undefined); event.preventDefault(); }
    }
    return;
  }
  if (typing(document.activeElement) || document.querySelector("dialog[open]") || localStorage.getItem("keys") === "off") return;
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
  const typed = target.value.trim().match(/^([<>]?)\s*(-?\d+(?:\.\d+)?)$/);
  const value = typed ? Number(typed[2]) + { "": 0, "<": -1e-4, ">": 1e-4 }[typed[1]] : NaN;
  let at = -1;
  if (low === low || high === high) at = value < low ? 1 : value > high ? 2 : value === value ? 0 : -1;
  if (value <= below || value >= above) at = 3;
  let flag = target.parentElement.querySelector("output");
  if (!flag) { flag = document.createElement("output"); target.after(flag); }
  flag.className = at < 0 ? "" : "pill " + ["good", "warning", "warning", "bad"][at];
  flag.textContent = at < 0 ? "" : ["✓ ", "↓ ", "↑ ", "‼ "][at] + (names[at] ?? "");
});

// ---- pickers: found while typing
let asked;
addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-pick] .search input");
  if (!field) return;
  const pick = field.closest("[data-pick]");
  clearTimeout(asked);
  asked = setTimeout(async () => {
    const query = new URLSearchParams({ q: field.value, name: pick.dataset.name });
    const answer = await fetch("/pick/" + pick.dataset.pick + "?" + query, { headers: { "x-live": "1" } }).catch(() => null);
    if (!answer?.ok) return;
    const found = pick.querySelector(".found");
    const chosen = [...found.querySelectorAll("label")].filter((label) => label.querySelector("input:checked"));
    const news = [...parse(await answer.text()).body.childNodes];
    const known = new Set(chosen.map((label) => label.querySelector("input").value));
    found.replaceChildren(...chosen, ...news.filter((node) => !known.has(node.querySelector?.("input")?.value)));
  }, 200);
});

// ---- news: the page is asked for again when a table that it shows has changed
async function refresh() {
  const live = document.getElementById("live");
  if (!live || touched() || live.contains(document.activeElement) && typing(document.activeElement)) return;
  const headers = { "x-live": "1" };
  if (refresh.etag) headers["if-none-match"] = refresh.etag;
  const answer = await fetch(location.href, { headers }).catch(() => null);
  if (answer?.status === 401) { location.reload(); return; }
  if (!answer?.ok) return;
  refresh.etag = answer.headers.get("etag");
  const next = parse(await answer.text()).getElementById("live");
  if (!next || touched()) return;
  const focused = document.activeElement?.id;
  live.replaceChildren(...next.childNodes);
  watchForms(live);
  if (focused) document.getElementById(focused)?.focus();
}
if (say("watch")) {
  const source = new EventSource("/live?" + new URLSearchParams({ tables: say("watch") }));
  let due;
  source.onmessage = () => { clearTimeout(due); due = setTimeout(refresh, 300); };
}

// ---- without a connection
let since;
addEventListener("offline", () => { since = new Date(); toast(say("offline") + " " + since.toLocaleTimeString()); });
addEventListener("online", () => words?.remove());

watchForms(document);
(document.getElementById("error-summary") ?? document.querySelector("[autofocus]"))?.focus();

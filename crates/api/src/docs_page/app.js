// The API's documentation page: loads the OpenAPI document, lists its operations, shows one.

import { Schemas, WORDS, el, prose } from "./schema.js";
import { language, t } from "./texts.js";
import { tryForm } from "./try.js";

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];
const $ = (id) => document.getElementById(id);
const main = $("content");
const search = $("search");
const address = document.querySelector("meta[name=openapi]").content;

/** Every operation of the document, with its path's parameters merged into its own. */
function operationsOf(api, schemas) {
  const server = (api.servers?.[0]?.url ?? "").replace(/\/$/, "");
  return Object.entries(api.paths ?? {}).flatMap(([path, node]) => {
    const item = schemas.resolve(node);
    return METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method];
      const parameters = new Map();
      for (const parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => schemas.resolve(one))) {
        parameters.set(`${parameter.in} ${parameter.name}`, parameter);
      }
      return {
        ...operation,
        id: operation.operationId ?? `${method}-${path}`,
        method,
        path,
        server,
        parameters: [...parameters.values()],
        requestBody: operation.requestBody && schemas.resolve(operation.requestBody),
        open: (operation.security ?? api.security ?? []).every((scheme) => Object.keys(scheme).length === 0),
        words: [path, method, operation.operationId, operation.summary, ...(operation.tags ?? [])].join(" ").toLowerCase(),
      };
    });
  });
}

const badge = (method) => el(`span.method.${method}`, {}, method.toUpperCase());
const section = (title, ...content) => el("section", {}, el("h2", {}, title), ...content);

/** The list on the left: one foldable group per tag, in the document's order. */
function renderList(api, operations) {
  const groups = new Map((api.tags ?? []).map((tag) => [tag.name, []]));
  for (const operation of operations) {
    const tag = operation.tags?.[0] ?? t("other");
    if (!groups.has(tag)) groups.set(tag, []);
    const text = el("span.label", {}, el("span.path", {}, operation.path), operation.summary ? el("span.summary", { lang: WORDS }, operation.summary) : null);
    const link = el("a", { href: `#${encodeURIComponent(operation.id)}`, class: operation.deprecated ? "deprecated" : null }, badge(operation.method), text);
    operation.item = el("li", {}, link);
    groups.get(tag).push(operation);
  }
  const filled = [...groups].filter(([, members]) => members.length > 0);
  const nodes = filled.map(([tag, members]) => {
    const group = el("details", {}, el("summary", { lang: WORDS }, tag, " ", el("span.count", {}, String(members.length))), el("ul", {}, members.map((one) => one.item)));
    members.forEach((one) => (one.group = group));
    return group;
  });
  $("operations").replaceChildren(...nodes);
}

/** Shows the operations that have every word searched for, and opens their groups. */
function filter(operations) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map();
  for (const operation of operations) {
    const found = words.every((word) => operation.words.includes(word));
    operation.item.hidden = !found;
    groups.set(operation.group, groups.get(operation.group) || found);
  }
  for (const [group, found] of groups) {
    group.hidden = !found;
    group.open = words.length > 0 ? found : group.querySelector("[aria-current]") !== null || groups.size < 4;
  }
  $("found").textContent = t("found", { n: operations.filter((one) => !one.item.hidden).length });
}

function renderAccess(operation) {
  const permission = operation["x-permission"];
  const roles = [operation["x-roles"] ?? []].flat();
  if (!permission && roles.length === 0) return operation.open ? el("p.access", {}, el("span.role.open", {}, t("anyone"))) : null;
  return el(
    "dl.access",
    {},
    permission ? [el("dt", {}, t("permission")), el("dd", {}, el("code", {}, String(permission)))] : null,
    roles.length ? [el("dt", {}, t("roles")), el("dd", {}, roles.map((role) => el("span.role", {}, String(role))))] : null,
  );
}

function renderParameters(operation, schemas) {
  const rows = operation.parameters.map((parameter) =>
    el(
      "tr",
      {},
      el("td", {}, el("code.name", {}, parameter.name), parameter.required ? el("span.required", {}, t("required")) : null),
      el("td", {}, parameter.in),
      el("td", {}, el("span.type", {}, schemas.type(parameter.schema)), schemas.labels(parameter.schema)),
      el("td", {}, prose(parameter.description)),
    ),
  );
  const head = el("tr", {}, ["name", "in", "type", "description"].map((key) => el("th", { scope: "col" }, t(key))));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, rows));
}

function renderContent(content, schemas) {
  return Object.entries(content ?? {}).map(([kind, { schema }]) => [
    el("p.kind", {}, el("code", {}, kind), " ", el("span.type", {}, schemas.type(schema))),
    schemas.labels(schema),
    schemas.fields(schema),
  ]);
}

function renderResponse(status, node, schemas) {
  const response = schemas.resolve(node);
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [name, schemas.resolve(header)]);
  const rows = headers.map(([name, header]) => schemas.field(name, { description: header.description, ...header.schema }, header.required));
  const inside = [
    rows.length ? el("details", {}, el("summary", {}, t("headers")), el("dl.fields", {}, rows.flat())) : null,
    ...renderContent(response.content, schemas).flat(),
  ];
  return el(
    "details.response",
    { open: status.startsWith("2") },
    el("summary", {}, el(`strong.status.s${status[0]}`, {}, status), " ", el("span", { lang: WORDS }, response.description ?? "")),
    inside.some(Boolean) ? inside : el("p.muted", {}, t("noContent")),
  );
}

function renderOperation(operation, schemas) {
  const heading = el("h1", { tabindex: -1, lang: WORDS }, operation.summary ?? operation.id);
  const link = el("a.anchor", { href: `#${encodeURIComponent(operation.id)}`, "aria-label": t("link"), title: t("link") }, "#");
  const responses = Object.entries(operation.responses ?? {});
  const nodes = [
    el("div.title", {}, heading, link, operation.deprecated ? el("span.required", {}, t("deprecated")) : null),
    el("p.address", {}, badge(operation.method), el("code", {}, operation.server + operation.path)),
    prose(operation.description),
    renderAccess(operation),
    operation.parameters.length ? section(t("parameters"), renderParameters(operation, schemas)) : null,
    operation.requestBody ? section(t("body"), prose(operation.requestBody.description), ...renderContent(operation.requestBody.content, schemas).flat()) : null,
    section(t("responses"), ...responses.map(([status, node]) => renderResponse(status, node, schemas))),
    section(t("tryIt"), tryForm(operation, schemas, $("token"))),
  ];
  main.replaceChildren(...nodes.filter(Boolean));
  document.title = `${operation.summary ?? operation.id} · ${$("title").textContent}`;
  heading.focus({ preventScroll: true });
}

function renderStart(api) {
  const tags = (api.tags ?? []).filter((tag) => tag.description);
  const nodes = [
    el("h1", {}, api.info?.title ?? "API"),
    el("p.muted", {}, `${t("version")} ${api.info?.version ?? "?"} · `, el("a", { href: address }, t("document"))),
    prose(api.info?.description),
    tags.length ? el("dl.tags", {}, tags.map((tag) => [el("dt", { lang: WORDS }, tag.name), el("dd", {}, prose(tag.description))])) : null,
  ];
  main.replaceChildren(...nodes.filter(Boolean));
  document.title = $("title").textContent;
}

/** Shows what the address names after `#`. */
function route(api, operations, schemas) {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id === "content") return;
  const operation = operations.find((one) => one.id === id);
  document.querySelectorAll("[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
  if (operation) {
    const link = operation.item.firstChild;
    link.setAttribute("aria-current", "page");
    operation.group.open = true;
    link.scrollIntoView({ block: "nearest" });
    renderOperation(operation, schemas);
  } else if (id) main.replaceChildren(el("p.error", {}, t("unknown")));
  else renderStart(api);
  window.scrollTo(0, 0);
}

/** `/` goes to the search, arrows walk through the list, Escape ends a search. */
function listenToKeys(operations) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter(operations);
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.closest("nav")) {
      const stops = [search, ...document.querySelectorAll("nav details:not([hidden]) > summary, nav details[open]:not([hidden]) li:not([hidden]) > a")];
      const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
}

async function start() {
  document.documentElement.lang = language;
  $("skip").textContent = t("skip");
  $("token-label").textContent = t("token");
  $("token").placeholder = t("tokenHint");
  search.placeholder = t("search");
  search.setAttribute("aria-label", t("search"));
  main.replaceChildren(el("p.muted", {}, t("loading")));
  try {
    const response = await fetch(address, { headers: { Accept: "application/json", "Accept-Language": language } });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const api = await response.json();
    const schemas = new Schemas(api);
    const operations = operationsOf(api, schemas);
    $("title").textContent = api.info?.title ?? "API";
    renderList(api, operations);
    filter(operations);
    search.addEventListener("input", () => filter(operations));
    window.addEventListener("hashchange", () => route(api, operations, schemas));
    listenToKeys(operations);
    route(api, operations, schemas);
  } catch (cause) {
    main.replaceChildren(el("p.error", { role: "alert" }, t("failed"), " ", cause.message));
  }
}

start();

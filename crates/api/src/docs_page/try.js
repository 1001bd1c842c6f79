// The "try it" form of an operation: builds a request, sends it, shows what came back.

import { el } from "./schema.js";
import { t } from "./texts.js";

const MULTIPART = "multipart/form-data";

/** The parameters' inputs, the body's, and a place for the answer. The field `token` is read on sending; signing in fills it. */
export function tryForm(operation, schemas, token) {
  const inputs = operation.parameters.filter((parameter) => parameter.in !== "cookie").map((parameter) => [parameter, input(parameter, schemas)]);
  const body = bodyInputs(operation, schemas);
  const answer = el("div.answer", { role: "status" });
  const send = el("button", { type: "submit" }, t("send"));
  const form = el("form", {}, el("p.muted", {}, t("tryHint")), inputs.map(([parameter, field]) => labelled(parameter.name, field, parameter.required)), body.nodes, send, answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.replaceChildren(el("p.muted", {}, t("sending")));
    try {
      const { url, options } = request(operation, inputs, body, token.value.trim());
      const started = performance.now();
      const response = await fetch(url, options);
      const data = await response.blob();
      await keep(token, response, data);
      answer.replaceChildren(...(await shown(options.method, url, response, data, performance.now() - started)));
    } catch (cause) {
      answer.replaceChildren(el("p.error", {}, t("noAnswer", { cause: cause.message })));
    }
    send.disabled = false;
  });
  return form;
}

/** An answer that carries an access token is that of a sign-in: what is tried next is tried with it. */
async function keep(token, response, data) {
  if (!response.ok || !/json/.test(data.type)) return;
  const said = await data.text().then(JSON.parse).catch(() => null);
  if (typeof said?.access === "string") token.value = said.access;
}

function labelled(name, field, required) {
  return el("label.row", {}, el("span", {}, el("code.name", {}, name), required ? el("span.required", {}, t("required")) : null), field);
}

function input(parameter, schemas) {
  const schema = schemas.flatten(parameter.schema);
  const required = parameter.required === true;
  const choices = schema.type === "boolean" ? ["true", "false"] : schema.enum;
  if (choices) return el("select", { required }, ["", ...choices.filter((value) => value !== null)].map((value) => el("option", { value }, String(value))));
  const type = schema.format === "binary" ? "file" : "text";
  return el("input", { type, required, maxlength: type === "text" ? schema.maxLength : null, placeholder: schemas.type(parameter.schema), autocomplete: "off", spellcheck: "false" });
}

function bodyInputs(operation, schemas) {
  const content = operation.requestBody?.content ?? {};
  const kind = Object.keys(content).find((type) => type.includes("json")) ?? Object.keys(content)[0];
  if (!kind) return { nodes: [] };
  const { schema, example } = content[kind];
  if (kind === MULTIPART) {
    const { properties = {}, required = [] } = schemas.flatten(schema);
    const fields = Object.entries(properties).map(([name, property]) => [name, input({ schema: property, required: required.includes(name) }, schemas)]);
    return { kind, fields, nodes: fields.map(([name, field]) => labelled(name, field, required.includes(name))) };
  }
  // An update merges: what is absent keeps its value, so nothing may be filled in unasked.
  const merges = ["put", "patch"].includes(operation.method);
  const value = example ?? (merges ? {} : schemas.example(schema));
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const area = el("textarea", { rows: Math.min(20, text.split("\n").length + 1), spellcheck: "false" }, text);
  return { kind, area, nodes: [labelled(kind, area, operation.requestBody.required)] };
}

function request(operation, inputs, body, token) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = new Headers({ Accept: "application/json, */*;q=0.5" });
  for (const [{ name, in: place }, field] of inputs) {
    if (field.value === "") continue;
    if (place === "path") path = path.replaceAll(`{${name}}`, encodeURIComponent(field.value));
    else if (place === "query") query.append(name, field.value);
    else headers.set(name, field.value);
  }
  if (token) headers.set("Authorization", `Bearer ${token}`);
  // No cookies: what is tried is what a client with this token gets.
  const options = { method: operation.method.toUpperCase(), headers, credentials: "omit", cache: "no-store" };
  if (body.area) {
    headers.set("Content-Type", body.kind);
    options.body = body.area.value;
  } else if (body.fields) {
    options.body = new FormData();
    for (const [name, field] of body.fields) {
      const value = field.files ? field.files[0] : field.value;
      if (value) options.body.append(name, value);
    }
  }
  const search = query.toString();
  return { url: operation.server + path + (search && `?${search}`), options };
}

async function shown(method, url, response, data, milliseconds) {
  const status = el(`strong.status.s${Math.floor(response.status / 100)}`, {}, `${response.status} ${response.statusText}`.trim());
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return [
    el("h3", {}, t("answer")),
    el("p", {}, status, ` ${Math.round(milliseconds)} ms · `, el("code", {}, `${method} ${url}`)),
    el("details", {}, el("summary", {}, t("headers")), el("pre", { tabindex: 0 }, headers)),
    ...(await content(data)),
  ];
}

async function content(data) {
  if (data.size === 0) return [el("p.muted", {}, t("noContent"))];
  if (/json/.test(data.type)) {
    const text = await data.text();
    try {
      return [el("pre", { tabindex: 0 }, JSON.stringify(JSON.parse(text), null, 2))];
    } catch {
      return [el("pre", { tabindex: 0 }, text)];
    }
  }
  if (data.type.startsWith("text/")) return [el("pre", { tabindex: 0 }, await data.text())];
  const href = URL.createObjectURL(data);
  return [el("p", {}, t("bytes", { n: data.size, type: data.type || "?" }), " ", el("a", { href, download: "" }, t("save")))];
}

// Schemas of the document: references, tables of fields, example values; and the few helpers
// that build elements. Everything from the document becomes a text node.

import { t } from "./texts.js";

/** An element: `el("a.button", {href}, "text", child)`. Absent children and attributes are skipped. */
export function el(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** The language of the document's own words. The page's are the reader's. */
export const WORDS = "en";

const INLINE = /(`[^`]+`|\*\*[^*]+\*\*)/;
const inline = (text) =>
  text.split(INLINE).map((part) => {
    if (part.length > 2 && part.startsWith("`")) return el("code", {}, part.slice(1, -1));
    if (part.length > 4 && part.startsWith("**")) return el("strong", {}, part.slice(2, -2));
    return part;
  });

/** Descriptions: paragraphs, lists, `code` and **strong**, which is what our comments use. */
export function prose(text) {
  if (!text) return null;
  const blocks = text.trim().split(/\n\s*\n/).map((block) => {
    const items = block.split(/\n(?=\s*[-*] )/);
    const isItem = (item) => /^\s*[-*] /.test(item);
    const list = items.filter(isItem).map((item) => el("li", {}, inline(item.replace(/^\s*[-*] /, ""))));
    const lead = items.filter((item) => !isItem(item)).map((item) => el("p", {}, inline(item)));
    return [...lead, list.length ? el("ul", {}, list) : null];
  });
  return el("div.prose", { lang: WORDS }, blocks.flat());
}

export class Schemas {
  constructor(root) {
    this.root = root;
  }

  /** Follows `$ref` (JSON pointer within the document); what stands beside it wins. */
  resolve(node) {
    let { $ref, ...rest } = node ?? {};
    for (let hops = 0; $ref && hops < 20; hops++) {
      const keys = $ref.replace(/^#\/?/, "").split("/");
      const target = keys.reduce((at, key) => at?.[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")], this.root);
      const { $ref: next, ...found } = target ?? {};
      rest = { ...found, ...rest };
      $ref = next;
    }
    return rest;
  }

  /** The schema with `allOf` merged in and "or null" taken out into `nullable`. */
  flatten(node) {
    let schema = this.resolve(node);
    for (const part of schema.allOf ?? []) {
      const { allOf, ...own } = schema;
      const more = this.flatten(part);
      schema = { ...more, ...own, required: [...(more.required ?? []), ...(own.required ?? [])] };
      if (more.properties || own.properties) schema.properties = { ...own.properties, ...more.properties, ...own.properties };
    }
    const isNull = (choice) => choice.type === "null";
    let nullable = [schema.type].flat().includes("null");
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices?.some(isNull)) {
      nullable = true;
      const rest = choices.filter((choice) => !isNull(choice));
      const { anyOf, oneOf, ...own } = schema;
      schema = rest.length === 1 ? { ...this.flatten(rest[0]), ...own, $name: this.name(rest[0]) } : { ...own, oneOf: rest };
    }
    return { ...schema, nullable };
  }

  name(node) {
    return node?.$ref?.split("/").pop();
  }

  /** The type in words: `array of Patient`, `string (date) | null`. */
  type(node) {
    const schema = this.flatten(node);
    const name = this.name(node) ?? schema.$name;
    const or = schema.nullable ? " | null" : "";
    if (schema.items) return `${t("arrayOf")} ${this.type(schema.items)}${or}`;
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices && !name) return `${t("oneOf")} ${choices.map((choice) => this.type(choice)).join(", ")}${or}`;
    if (schema.additionalProperties?.type || schema.additionalProperties?.$ref) return `${t("mapOf")} ${this.type(schema.additionalProperties)}${or}`;
    const types = [schema.type ?? (schema.properties ? "object" : "any")].flat().filter((type) => type !== "null");
    const plain = types.join(" | ") + (schema.format ? ` (${schema.format})` : "");
    return (name ?? plain) + or;
  }

  /** What a value must satisfy beyond its type, as short strings. */
  limits(schema) {
    const span = (low, high, unit) => {
      if (low === undefined && high === undefined) return null;
      if (low === high) return `${low}${unit}`;
      if (low === undefined) return `≤ ${high}${unit}`;
      return high === undefined ? `≥ ${low}${unit}` : `${low}–${high}${unit}`;
    };
    const value = (label, given) => (given === undefined ? null : `${label}: ${JSON.stringify(given)}`);
    return [
      span(schema.minLength, schema.maxLength, ` ${t("characters")}`),
      span(schema.minimum, schema.maximum, ""),
      span(schema.minItems, schema.maxItems, ` ${t("items")}`),
      schema.exclusiveMinimum === undefined ? null : `> ${schema.exclusiveMinimum}`,
      schema.exclusiveMaximum === undefined ? null : `< ${schema.exclusiveMaximum}`,
      schema.multipleOf === undefined ? null : `× ${schema.multipleOf}`,
      schema.pattern && `/${schema.pattern}/`,
      schema.readOnly && t("readOnly"),
      schema.writeOnly && t("writeOnly"),
      schema.deprecated && t("deprecated"),
      value("=", schema.const),
      value(t("default"), schema.default),
      value(t("example"), schema.example ?? schema.examples?.[0]),
    ].filter(Boolean);
  }

  /** Limits and permitted values as small labels. */
  labels(node) {
    const schema = this.flatten(node);
    const values = (schema.enum ?? schema.items?.enum ?? []).filter((value) => value !== null);
    const labels = [...this.limits(schema).map((text) => el("span.limit", {}, text)), ...values.map((value) => el("code.value", {}, String(value)))];
    return labels.length ? el("div.labels", {}, labels) : null;
  }

  /** The fields inside a schema, deeper ones folded until they are opened (so may be endless). */
  fields(node) {
    const schema = this.flatten(node);
    if (schema.items) return this.fields(schema.items);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return el("div.choices", {}, choices.map((choice) => this.fold(this.type(choice), choice) ?? el("p", {}, el("code", {}, this.type(choice)))));
    if (schema.properties) {
      return el("dl.fields", {}, Object.entries(schema.properties).map(([name, property]) => this.field(name, property, schema.required?.includes(name))));
    }
    return schema.additionalProperties?.$ref || schema.additionalProperties?.properties ? this.fields(schema.additionalProperties) : null;
  }

  field(name, node, required) {
    const type = this.type(node);
    const title = el("dt", {}, el("code.name", {}, name), " ", el("span.type", {}, type), required ? el("span.required", {}, t("required")) : null);
    return [title, el("dd", {}, prose(this.flatten(node).description), this.labels(node), this.fold(type, node))];
  }

  fold(title, node) {
    const schema = this.flatten(node);
    const inner = this.flatten(schema.items ?? node);
    const deep = inner.properties || inner.oneOf || inner.anyOf || inner.additionalProperties?.$ref || inner.additionalProperties?.properties;
    if (!deep) return null;
    const details = el("details", {}, el("summary", {}, title));
    details.addEventListener("toggle", () => details.append(this.fields(inner) ?? ""), { once: true });
    return details;
  }

  /** A value to begin a request with: the fields that are required. */
  example(node, depth = 0) {
    const schema = this.flatten(node);
    const given = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
    if (given !== undefined) return given;
    // Optional records begin empty, which also ends those that contain themselves.
    if (depth > 4 || (schema.nullable && depth > 0)) return null;
    const choice = (schema.oneOf ?? schema.anyOf)?.[0];
    if (choice) return this.example(choice, depth + 1);
    if (schema.properties) {
      // What is needed: an empty text or a 0 in the rest would be stored.
      const needed = (name) => schema.required?.includes(name);
      const writable = Object.entries(schema.properties).filter(([name, property]) => needed(name) && !this.flatten(property).readOnly);
      return Object.fromEntries(writable.map(([name, property]) => [name, this.example(property, depth + 1)]));
    }
    const byFormat = { date: "2026-01-31", time: "08:30:00", "date-time": "2026-01-31T08:30:00Z", email: "name@example.org" };
    const byType = { array: [], object: {}, boolean: false, integer: schema.minimum ?? 0, number: schema.minimum ?? 0 };
    const type = [schema.type].flat().find((one) => one !== "null");
    return byFormat[schema.format] ?? byType[type] ?? "";
  }
}

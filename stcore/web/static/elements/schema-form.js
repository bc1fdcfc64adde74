/** A form made from the JSON schema of a plugin's options. Secrets can be written, never read. */
import { button, fill, h, uniqueId } from "../core/dom.js";
import { macroField } from "./macro-field.js";

const GROUPS = { connection: "Connection", defaults: "Defaults", advanced: "Advanced" };

export class SchemaForm {
  /**
   * @param {{schema: Object, secrets: string[], groups?: Object<string, string>}} kind `groups` are titles by group, the
   *   first for what names none; `advanced` is folded.
   * @param {{options: Object, secrets: Object<string, boolean>}|null} connection What is saved, `null` for a new one.
   * @param {{choices: (list: string) => Promise<{value: string, label?: string}[]>, row?: (name: string, property: Object)
   *   => HTMLElement|false|undefined}} tools `row` makes the row of a property itself, or leaves it out with `false`.
   */
  constructor(kind, connection, tools) {
    this.kind = kind;
    this.connection = connection;
    this.tools = tools;
    this.fields = new Map();
    this.element = h("div.schema-groups");
    const titles = kind.groups ?? GROUPS;
    const groups = new Map(Object.keys(titles).map((group) => [group, []]));
    const first = Object.keys(titles)[0];
    for (const [name, raw] of Object.entries(kind.schema?.properties ?? {})) {
      const property = resolve(raw, kind.schema);
      const group = groups.has(property.group) ? property.group : first;
      groups.get(group).push(tools.row?.(name, property) ?? this.row(name, property));
    }
    fill(
      this.element,
      [...groups].filter(([, rows]) => rows.length).map(([group, rows]) => section(group, titles[group], rows)),
    );
  }

  row(name, property) {
    const id = uniqueId("option");
    const secret = this.kind.secrets?.includes(name) || property.writeOnly;
    const saved = this.connection?.options?.[name] ?? property.default ?? null;
    const input = secret ? this.secretInput(name, property.multiline) : inputFor(name, property, saved);
    const help = h("p.field-help", { id: `${id}-help` });
    const control = input.control ?? input;
    control.id = id;
    control.setAttribute("aria-describedby", help.id);
    this.fields.set(name, {
      property,
      control,
      secret,
      help,
      required: this.kind.schema.required?.includes(name),
      read: input.read,
    });
    help.textContent = property.description ?? "";
    if (property.options_from) this.suggest(control, property.options_from);
    const label = h("label.field-label", { for: id }, property.title ?? name);
    if (property.type === "boolean")
      return h("div.form-row.check-row", {}, h("div.check-line", {}, control, label), help);
    const takesMacros = property.macros && !secret && control.matches("textarea, input[type=text]");
    return h("div.form-row", {}, label, takesMacros ? macroField(control) : (input.element ?? control), help);
  }

  secretInput(name, multiline) {
    const isSet = Boolean(this.connection?.secrets?.[name]);
    const placeholder = isSet ? "Saved; leave empty to keep it" : "";
    const control = multiline
      ? h("textarea.field.masked", { rows: "3", placeholder, autocomplete: "off", spellcheck: "false" })
      : h("input.field", { type: "password", autocomplete: "new-password", placeholder });
    let forget = false;
    const drop = button("Forget it", () => {
      forget = !forget;
      control.disabled = forget;
      control.value = "";
      control.placeholder = forget ? "Will be forgotten when you save" : "Saved; leave empty to keep it";
      drop.lastElementChild.textContent = forget ? "Keep it" : "Forget it";
    });
    const read = () => (forget ? null : control.value === "" ? undefined : control.value);
    return { control, element: h("div.with-button", {}, control, isSet && drop), read };
  }

  /** Offer the values that the source itself knows; typing another one stays possible. */
  async suggest(control, list) {
    if (control.localName !== "input") return;
    const options = h("datalist", { id: uniqueId("list") });
    control.setAttribute("list", options.id);
    control.after(options);
    try {
      const values = await this.tools.choices(list);
      fill(
        options,
        values.map(({ value, label }) => h("option", { value, label: label ?? null })),
      );
    } catch {
      control.placeholder ||= "The source did not tell which there are";
    }
  }

  /** The values as the host wants them; `null` when one cannot be right, which is then said at its field. */
  values() {
    const values = {};
    let wrong = null;
    for (const [name, field] of this.fields) if (!this.check(name, values)) wrong ??= field.control;
    wrong?.closest("details")?.setAttribute("open", "");
    wrong?.focus();
    return wrong ? null : values;
  }

  /** Put the value of one field into `values`; what is wrong with it is said at the field. @returns {boolean} */
  check(name, values) {
    const field = this.fields.get(name);
    const problem = this.take(name, field, values);
    field.help.classList.toggle("wrong", Boolean(problem));
    field.help.textContent = problem || field.property.description || "";
    field.control.setAttribute("aria-invalid", String(Boolean(problem)));
    return !problem;
  }

  take(name, { property, control, required, secret, read }, values) {
    if (secret) {
      const value = read();
      if (value !== undefined) values[name] = value;
      return "";
    }
    if (property.type === "boolean") {
      values[name] = control.checked;
      return "";
    }
    const text = control.value;
    if (text.trim() === "" && property.type !== "string") {
      if (property.nullable) values[name] = null;
      else if (required) return "Please fill this in.";
      else if (property.default !== undefined) values[name] = property.default;
      return "";
    }
    if (required && !text.trim()) return "Please fill this in.";
    const { value, problem } = parse(text, property);
    if (!problem) values[name] = property.nullable && value === "" ? null : value;
    return problem ?? "";
  }
}

/** A property with its reference followed and `X | null` unfolded. */
function resolve(raw, schema) {
  let property = { ...raw };
  const branches = raw.anyOf ?? raw.allOf;
  if (branches) {
    const real = branches.find((branch) => branch.type !== "null") ?? {};
    property = { ...real, ...raw, nullable: branches.some((branch) => branch.type === "null") };
  }
  if (property.$ref) {
    const target = schema.$defs?.[property.$ref.split("/").at(-1)] ?? {};
    property = { ...target, ...property };
  }
  if (property.const !== undefined) property.enum = [property.const];
  return property;
}

function inputFor(name, property, saved) {
  if (property.enum) {
    const options = property.nullable ? ["", ...property.enum] : property.enum;
    const select = h(
      "select.field",
      {},
      options.map((value) =>
        h("option", { value: String(value) }, property.labels?.[value] ?? (value === "" ? "(as the source does)" : String(value))),
      ),
    );
    select.value = saved === null ? "" : String(saved);
    return select;
  }
  if (property.type === "boolean") return h("input", { type: "checkbox", checked: Boolean(saved) });
  if (property.type === "integer" || property.type === "number") {
    const step = property.multipleOf ?? (property.type === "integer" ? 1 : "any");
    const limits = { min: property.minimum ?? null, max: property.maximum ?? null, step };
    return h("input.field", {
      type: "number",
      inputmode: "decimal",
      value: saved ?? "",
      placeholder: property.placeholder ?? (property.nullable ? "as the source does" : ""),
      ...limits,
    });
  }
  if (property.type === "array") return h("textarea.field", { rows: "3", value: (saved ?? []).join("\n") });
  if (property.type === "object")
    return h("textarea.field.mono", { rows: "4", value: saved ? JSON.stringify(saved, null, 2) : "" });
  if (property.multiline) {
    const look = property.mono ? "mono" : "";
    return h("textarea.field", { class: look, rows: property.rows ?? 4, value: saved ?? "", spellcheck: String(!property.mono) });
  }
  const address = /(^|_)(url|address)$/u.test(name) || property.format === "uri";
  return h("input.field", {
    type: "text",
    value: saved ?? "",
    inputmode: address ? "url" : null,
    autocomplete: "off",
    spellcheck: "false",
  });
}

function parse(text, property) {
  if (property.type === "integer" || property.type === "number") return parseNumber(text, property);
  if (property.type === "array")
    return {
      value: text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    };
  if (property.type !== "object") return { value: property.multiline ? text : text.trim() };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `This is not JSON: ${error.message}` };
  }
}

function parseNumber(text, { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: "Please write a number." };
  if (type === "integer" && !Number.isInteger(value)) return { problem: "Please write a whole number." };
  if (minimum !== undefined && value < minimum) return { problem: `Not less than ${minimum}, please.` };
  if (maximum !== undefined && value > maximum) return { problem: `Not more than ${maximum}, please.` };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return { problem: `More than ${exclusiveMinimum}, please.` };
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
    return { problem: `Less than ${exclusiveMaximum}, please.` };
  return { value };
}

function section(group, title, rows) {
  if (group !== "advanced") return h("fieldset.form-group", {}, h("legend", {}, title), rows);
  return h("details.form-group", {}, h("summary", {}, title), rows);
}

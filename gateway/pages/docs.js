// Lists the operations of /openapi.json, shows one, and sends it.
import { LANGUAGES, WORDS, startLanguage } from "./words.js";

let api;
let language = startLanguage();
let token = "";

const by = (id) => document.getElementById(id);
const word = (name) => WORDS[language][name];

// An element with properties and children; text is never read as HTML.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((it) => it !== null && it !== undefined));
  return element;
}

// Text with `code` in it.
function prose(text = "") {
  const pieces = text.split("`");
  return pieces.map((piece, at) => (at % 2 ? make("code", {}, piece) : piece));
}

const resolve = (node) =>
  node?.$ref ? { ...node.$ref.slice(2).split("/").reduce((it, key) => it[key], api), ...rest(node) } : node ?? {};
const rest = ({ $ref, ...others }) => others;

function* operations() {
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) yield { path, method, ...operation };
}

// ---- the list ----

function showList() {
  const wanted = by("filter").value.toLowerCase();
  const fits = (it) => `${it.method} ${it.path} ${it.operationId} ${it.summary}`.toLowerCase().includes(wanted);
  const groups = api.tags.map((tag) => {
    const own = [...operations()].filter((it) => it.tags[0] === tag.name && fits(it));
    if (!own.length) return null;
    const links = own.map((it) =>
      make("li", {}, make("a", { href: `#${it.operationId}`, title: it.summary },
        make("b", { className: `method ${it.method}` }, it.method), " ", it.operationId.split("_")[1])));
    return make("section", {}, make("h2", { title: tag.description }, tag.name), make("ul", {}, links));
  });
  const any = groups.some(Boolean);
  by("list").replaceChildren(...(any ? groups.filter(Boolean) : [make("p", {}, word("nothing"))]));
}

// ---- schemas ----

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `${typeOf(schema.items ?? {})}[]`;
  return schema.format ?? schema.type ?? "any";
}

function shape(node, depth = 0) {
  const schema = resolve(node);
  const inner = schema.type === "array" ? resolve(schema.items) : schema;
  const rows = Object.entries(inner.properties ?? {}).map(([name, property]) => {
    const marks = [];
    if (inner.required?.includes(name)) marks.push("required");
    if (property.readOnly) marks.push("readOnly");
    if (property.writeOnly) marks.push("writeOnly");
    const target = resolve(property.type === "array" ? property.items : property);
    const values = target.enum?.join(" · ");
    const deeper = target.properties && depth < 4 ? shape(property, depth + 1) : null;
    return make("li", {},
      make("code", {}, name), " ", make("i", {}, typeOf(property)), " ",
      marks.map((it) => make("small", { className: it }, word(it))),
      make("div", {}, prose(property.description)),
      values ? make("div", { className: "values" }, values) : null,
      deeper ? make("details", {}, make("summary", {}, typeOf(property)), deeper) : null);
  });
  return make("ul", { className: "shape" }, rows);
}

function example(node, depth = 0) {
  const schema = resolve(node);
  if (schema.enum) return schema.enum.find((it) => !it.endsWith("_UNSPECIFIED")) ?? "";
  switch (schema.type) {
    case "object": {
      if (depth > 4) return {};
      const filled = Object.entries(schema.properties ?? {}).filter(([, it]) => !it.readOnly);
      return Object.fromEntries(filled.map(([name, it]) => [name, example(it, depth + 1)]));
    }
    case "array": return depth > 3 ? [] : [example(schema.items, depth + 1)];
    case "boolean": return false;
    case "integer": case "number": return 0;
    case "string":
      if (schema.format === "date-time") return new Date().toISOString();
      if (schema.format === "int64") return "0";
      return schema.pattern?.endsWith("s$") ? "900s" : "";
    default: return null;
  }
}

// ---- one operation ----

// Browsers give UUIDs only to secure pages.
const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

function showOperation(operation) {
  const parameters = operation.parameters.map(resolve).filter((it) => it.name !== "Accept-Language");
  const fields = parameters.map((parameter) => {
    const schema = resolve(parameter.schema);
    const input = schema.enum
      ? make("select", {}, ["", ...schema.enum].map((it) => make("option", { value: it }, it)))
      : make("input", { autocomplete: "off", spellcheck: false });
    input.required = Boolean(parameter.required);
    if (parameter.name === "Idempotency-Key") input.value = newKey();
    const label = make("label", {},
      make("span", {}, make("code", {}, parameter.name), " ",
        parameter.required ? make("small", { className: "required" }, word("required")) : null,
        make("em", {}, prose(parameter.description))), input);
    return { parameter, input, label };
  });

  const key = fields.find((it) => it.parameter.name === "Idempotency-Key");
  const content = operation.requestBody?.content ?? {};
  const bodySchema = content["application/json"]?.schema;
  const body = bodySchema
    ? make("textarea", { rows: 10, spellcheck: false, value: JSON.stringify(example(bodySchema), null, 2) }) : null;
  const file = content["*/*"] ? make("input", { type: "file" }) : null;

  const curl = make("pre", { className: "curl" });
  const answer = make("section", { className: "answer", ariaLive: "polite" });
  const send = make("button", { type: "submit" }, word("send"));
  const refresh = () => { curl.textContent = asCurl(request()); };
  const request = () => describeRequest(operation, fields, body, file);
  const form = make("form", { oninput: refresh, onsubmit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.replaceChildren(word("sending"));
    answer.replaceChildren(...await sent(request(), operation));
    send.disabled = false;
    // What was done is not done again; a refused request may be repeated under its key.
    if (key && answer.querySelector("h3.good")) key.input.value = newKey();
    refresh();
  } },
    fields.length ? make("h3", {}, word("parameters")) : null, fields.map((it) => it.label),
    body ? [make("h3", {}, word("body")), body, make("details", {}, make("summary", {}, typeOf(bodySchema)), shape(bodySchema))] : null,
    file ? [make("h3", {}, word("file")), file] : null,
    send);

  const good = operation.responses["200"].content?.["application/json"]?.schema;
  const needs = operation.security.length < 3 ? "needsSession" : "takesSession";
  by("main").replaceChildren(
    make("h2", {}, operation.summary),
    make("p", { className: "place" }, make("b", { className: `method ${operation.method}` }, operation.method), " ", make("code", {}, operation.path)),
    make("p", {}, make("small", { className: needs }, word(needs))),
    make("p", { className: "description" }, prose(operation.description)),
    form,
    make("h3", {}, word("curl"), " ", copyButton(curl)), curl, answer,
    ...(good ? [make("details", {}, make("summary", {}, word("answer"), ": ", typeOf(good)), shape(good))] : []));
  refresh();
  by("main").scrollTop = 0;
}

function copyButton(source) {
  return make("button", { type: "button", className: "quiet", onclick: async (event) => {
    await navigator.clipboard.writeText(source.textContent);
    event.target.textContent = word("copied");
  } }, word("copy"));
}

// ---- sending ----

// An etag as a header wants it; people paste it without its quotes.
const tag = (text) => (text === "*" || text.includes('"') ? text : `"${text}"`);

function describeRequest(operation, fields, body, file) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = { "Accept-Language": language };
  for (const { parameter, input } of fields) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (!input.value) continue;
    else if (parameter.in === "query") query.append(parameter.name, input.value);
    else headers[parameter.name] = parameter.name === "If-Match" ? tag(input.value) : input.value;
  }
  if (token) headers.Authorization = `Bearer ${token}`;
  let content;
  if (body?.value.trim()) {
    headers["Content-Type"] = "application/json";
    content = body.value;
  } else if (file?.files[0]) {
    content = file.files[0];
    headers["Content-Type"] = content.type || "application/octet-stream";
  }
  const url = path + (query.size ? `?${query}` : "");
  return { method: operation.method.toUpperCase(), url, headers, content };
}

function asCurl({ method, url, headers, content }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -X ${method} ${quoted(location.origin + url)}`];
  for (const [name, value] of Object.entries(headers)) {
    const shown = name === "Authorization" ? "Bearer $TOKEN" : value;
    lines.push(name === "Authorization" ? `-H "${name}: ${shown}"` : `-H ${quoted(`${name}: ${shown}`)}`);
  }
  if (content instanceof File) lines.push(`--data-binary ${quoted(`@${content.name}`)}`);
  else if (content) lines.push(`-d ${quoted(content)}`);
  return lines.join(" \\\n  ");
}

async function sent({ method, url, headers, content }, operation) {
  let reply;
  try {
    reply = await fetch(url, { method, headers, body: content, credentials: "same-origin" });
  } catch {
    return [make("p", { className: "bad" }, word("failed"))];
  }
  const type = reply.headers.get("content-type") ?? "";
  const status = make("h3", { className: reply.ok ? "good" : "bad" }, `${word("received")}: ${reply.status}`);
  const shown = ["content-type", "etag", "retry-after", "x-trace-id"].filter((it) => reply.headers.get(it));
  const head = make("pre", { className: "head" }, shown.map((it) => `${it}: ${reply.headers.get(it)}\n`).join(""));
  if (type.includes("event-stream")) return [status, head, ...listen(reply)];
  if (!type.includes("json")) {
    const link = make("a", { href: URL.createObjectURL(await reply.blob()), download: "document" }, word("download"));
    return [status, head, make("p", {}, link)];
  }
  const json = await reply.json();
  const parts = [status, head, make("pre", {}, JSON.stringify(json, null, 2))];
  if (reply.ok && operation.tags[0] === "Sessions" && json.accessToken) {
    token = json.accessToken;
    by("token").value = token;
    parts.push(make("p", { className: "good" }, word("taken")));
  }
  return parts;
}

// Events as they come, until the button is pressed or the stream ends.
function listen(reply) {
  const shown = make("pre", {});
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  const stop = make("button", { type: "button", className: "quiet", onclick: () => reader.cancel() }, word("stop"));
  (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      shown.append(part.value);
      shown.scrollTop = shown.scrollHeight;
    }
    stop.disabled = true;
  })();
  return [shown, stop];
}

// ---- the page ----

function show() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  by("filter").placeholder = word("filter");
  by("languages").replaceChildren(...LANGUAGES.map((it) =>
    make("button", { type: "button", ariaPressed: String(it === language), onclick: () => {
      language = it;
      localStorage.setItem("language", it);
      show();
    } }, it)));
  showList();
  const wanted = decodeURIComponent(location.hash.slice(1));
  const operation = [...operations()].find((it) => it.operationId === wanted);
  for (const link of by("list").querySelectorAll("a"))
    link.toggleAttribute("aria-current", link.hash === location.hash);
  if (operation) return showOperation(operation);
  by("main").replaceChildren(
    make("h2", {}, word("introduction")), make("p", {}, api.info.description),
    make("p", {}, word("choose")), make("p", {}, make("a", { href: "/openapi.json" }, word("document"))));
}

api = await (await fetch("/openapi.json")).json();
by("token").oninput = (event) => {
  token = event.target.value.trim();
  document.querySelector("form")?.dispatchEvent(new Event("input"));
};
by("filter").oninput = showList;
addEventListener("hashchange", show);
show();

// Tests the JSON Schema of manifests with the language server that editors use. Broken
// manifests mark their wrong lines with comments; for correct manifests, the server must
// report nothing.
//   node .ci/editor.mjs       needs yaml-language-server in .ci/node_modules
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const schema = path.join(root, ".github/docs/astro.schema.json");
const timeout = 60_000; // milliseconds, for any response

const settings = {
  yaml: {
    schemas: { [pathToFileURL(schema).href]: ["*.yaml"] },
    schemaStore: { enable: false }, // fetch nothing
    validate: true, completion: true, hover: true,
  },
};

const failures = [];
const fail = (where, text) => failures.push(`${where}: ${text}`);

// Server talks to the language server. In its protocol, each message is JSON after a
// header with the length in bytes.
class Server {
  constructor() {
    const packageFolder = path.dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json"));
    this.process = spawn(process.execPath, [path.join(packageFolder, "bin/yaml-language-server"), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    this.input = Buffer.alloc(0);
    this.waiting = new Map(); // id of a request, or URI of a document → function to call with the result
    this.next = 1;
    this.process.stdout.on("data", (data) => this.read(data));
    this.process.on("exit", (code) => !this.ended && stop(`the language server ended with ${code}`));
  }
  read(data) {
    this.input = Buffer.concat([this.input, data]);
    for (;;) {
      const end = this.input.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.input.subarray(0, end))[1]);
      if (this.input.length < end + 4 + length) return;
      const message = JSON.parse(this.input.subarray(end + 4, end + 4 + length));
      this.input = this.input.subarray(end + 4 + length);
      this.handle(message);
    }
  }
  handle({ id, method, params, result, error }) {
    if (method && id !== undefined) {
      this.send({ id, result: method === "workspace/configuration" ? params.items.map(({ section }) => settings[section] ?? null) : null });
    } else if (method === "textDocument/publishDiagnostics") {
      this.resolve(params.uri, params.diagnostics);
    } else if (id !== undefined) {
      if (error) stop(`the language server returned ${JSON.stringify(error)}`);
      this.resolve(id, result);
    }
  }
  resolve(key, value) {
    this.waiting.get(key)?.(value);
    this.waiting.delete(key);
  }
  send(message) {
    const text = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.process.stdin.write(`Content-Length: ${text.length}\r\n\r\n`);
    this.process.stdin.write(text);
  }
  wait(key, name) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => stop(`no response to ${name}`), timeout);
      this.waiting.set(key, (value) => (clearTimeout(timer), resolve(value)));
    });
  }
  request(method, params) {
    const id = this.next++;
    this.send({ id, method, params });
    return this.wait(id, method);
  }
  notify(method, params) {
    this.send({ method, params });
  }
  async start() {
    await this.request("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
    this.notify("initialized", {});
    this.notify("workspace/didChangeConfiguration", { settings });
  }
  // open sends a text to the server, and returns its diagnostics.
  open(name, text) {
    const uri = pathToFileURL(path.join(root, name)).href;
    const diagnostics = this.wait(uri, `opening ${name}`);
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return diagnostics;
  }
  at(method, name, line, character) {
    return this.request(method, { textDocument: { uri: pathToFileURL(path.join(root, name)).href }, position: { line, character } });
  }
  end() {
    this.ended = true;
    this.process.kill();
  }
}

const server = new Server();

function stop(text) {
  console.error(`editor: ${text}`);
  server.end();
  process.exit(1);
}

const show = (d) => `line ${d.range.start.line + 1}: ${d.message}`;

// checkBroken checks a broken manifest. A comment on each wrong line has a part of the
// expected message: the editor's, then | and the program's if that differs.
async function checkBroken(name) {
  const text = readFileSync(path.join(root, name), "utf8");
  const diagnostics = await server.open(name, text);
  text.split("\n").forEach((line, i) => {
    const found = diagnostics.filter((d) => d.range.start.line === i);
    const [, marked] = /# <- (.*)/.exec(line) ?? [];
    const [words] = (marked ?? "").split(" | ");
    if (marked && !found.some((d) => d.message.includes(words))) {
      fail(`${name}:${i + 1}`, `no diagnostic contains ${JSON.stringify(words)}; found: ${diagnostics.map(show).join("; ") || "none"}`);
    }
    if (!marked) found.forEach((d) => fail(`${name}:${i + 1}`, `unexpected diagnostic: ${d.message}`));
  });
  if (!/# <- /.test(text)) fail(name, "no comment # <- marks a wrong line");
}

async function checkCorrect(name, text) {
  for (const d of await server.open(name, text)) fail(name, `unexpected diagnostic: ${show(d)}`);
}

function equal(where, got, want) {
  if (JSON.stringify(got) !== JSON.stringify(want)) fail(where, `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

// complete returns the completions at the mark ‸ in text.
async function complete(name, text) {
  const lines = text.split("\n");
  const line = lines.findIndex((l) => l.includes("‸"));
  await server.open(name, text.replace("‸", ""));
  const { items } = await server.at("textDocument/completion", name, line, lines[line].indexOf("‸"));
  return items.map((item) => item.label);
}

async function hover(name, text) {
  const lines = text.split("\n");
  const line = lines.findIndex((l) => l.includes("‸"));
  await server.open(name, text.replace("‸", ""));
  const shown = await server.at("textDocument/hover", name, line, lines[line].indexOf("‸"));
  const contents = shown?.contents;
  return typeof contents === "string" ? contents : contents?.value ?? "";
}

const folder = (name) => readdirSync(path.join(root, name)).filter((f) => f.endsWith(".yaml")).map((f) => `${name}/${f}`);

await server.start();
const brokenFiles = folder("testdata/broken");
if (brokenFiles.length < 10) fail("testdata/broken", `only ${brokenFiles.length} files`);
for (const name of brokenFiles) await checkBroken(name);

for (const name of [...folder("testdata/examples"), "testdata/astro.yaml", "testdata/everything.yaml"]) {
  await checkCorrect(name, readFileSync(path.join(root, name), "utf8"));
}
const [, quickStart] = /## Quick start[^]*?```yaml\n([^]*?)```/.exec(readFileSync(path.join(root, "README.md"), "utf8"));
await checkCorrect("README.yaml", quickStart.replace(/^ {3}/gm, ""));

const fields = JSON.parse(readFileSync(schema, "utf8")).$defs.deployment.properties;
const words = fields.executor.anyOf[0].enum;
if (words.length < 3) fail("the schema", `executor has the values ${words}`);
equal("completing executor", (await complete("value.yaml", "deployments:\n  - name: etl\n    executor: ‸\n")).sort(), [...words].sort());
const offered = await complete("field.yaml", "deployments:\n  - name: etl\n    sch‸\n");
for (const name of ["scheduler", "schedulerSize"]) {
  if (!offered.includes(name)) fail("completing sch", `${name} is not offered; offered: ${offered.join(", ")}`);
}
const sections = await complete("section.yaml", "work‸\n");
if (!sections.includes("workspaces")) fail("completing a section", `workspaces is not offered; offered: ${sections.join(", ")}`);
for (const name of ["executor", "resourceQuotaCpu", "workspace", "contactEmails"]) {
  const text = await hover(`${name}.yaml`, `deployments:\n  - name: etl\n    ${name[0]}‸${name.slice(1)}: x\n`);
  const plain = text.replaceAll(/&nbsp;|&#x20;/g, " ").replaceAll("\\", "");
  if (!plain.includes(fields[name].description)) fail(`hovering over ${name}`, `its description is not shown; shown: ${JSON.stringify(text)}`);
}

server.end();
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exit(1);
}
console.log(`editor: ${brokenFiles.length} broken manifests have diagnostics on their lines; completion and hover work`);

// What editors make of the JSON Schema of manifests, by the language server that
// they use. It is on trial with broken manifests, which say themselves where they
// are wrong, and with those that are right.
//   node .ci/editor.mjs       needs yaml-language-server in .ci/node_modules
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const schema = path.join(root, ".github/docs/astro.schema.json");
const patience = 60_000; // milliseconds, for any answer

const settings = {
  yaml: {
    schemas: { [pathToFileURL(schema).href]: ["*.yaml"] },
    schemaStore: { enable: false }, // nothing is fetched
    validate: true, completion: true, hover: true,
  },
};

const failures = [];
const fail = (where, text) => failures.push(`${where}: ${text}`);

// The language server, over its own protocol: each message is JSON after a
// header with its length in bytes.
class Server {
  constructor() {
    const home = path.dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json"));
    this.process = spawn(process.execPath, [path.join(home, "bin/yaml-language-server"), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    this.input = Buffer.alloc(0);
    this.waiting = new Map(); // what an answer or a notice is for → who waits for it
    this.next = 1;
    this.process.stdout.on("data", (data) => this.read(data));
    this.process.on("exit", (code) => !this.over && stop(`the language server ended with ${code}`));
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
      this.take(message);
    }
  }
  take({ id, method, params, result, error }) {
    if (method && id !== undefined) {
      this.send({ id, result: method === "workspace/configuration" ? params.items.map(({ section }) => settings[section] ?? null) : null });
    } else if (method === "textDocument/publishDiagnostics") {
      this.told(params.uri, params.diagnostics);
    } else if (id !== undefined) {
      if (error) stop(`the language server answers ${JSON.stringify(error)}`);
      this.told(id, result);
    }
  }
  told(what, value) {
    this.waiting.get(what)?.(value);
    this.waiting.delete(what);
  }
  send(message) {
    const text = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.process.stdin.write(`Content-Length: ${text.length}\r\n\r\n`);
    this.process.stdin.write(text);
  }
  wait(what, name) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => stop(`no answer to ${name}`), patience);
      this.waiting.set(what, (value) => (clearTimeout(timer), resolve(value)));
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
  // open shows a text to the server, and returns what is wrong with it.
  open(name, text) {
    const uri = pathToFileURL(path.join(root, name)).href;
    const wrong = this.wait(uri, `opening ${name}`);
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return wrong;
  }
  at(method, name, line, character) {
    return this.request(method, { textDocument: { uri: pathToFileURL(path.join(root, name)).href }, position: { line, character } });
  }
  end() {
    this.over = true;
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

// A broken manifest says on the line that is wrong what it is to be told: in the
// editor's words, and behind a bar in the program's, where those differ.
async function broken(name) {
  const text = readFileSync(path.join(root, name), "utf8");
  const diagnostics = await server.open(name, text);
  text.split("\n").forEach((line, i) => {
    const told = diagnostics.filter((d) => d.range.start.line === i);
    const [, marked] = /# <- (.*)/.exec(line) ?? [];
    const [words] = (marked ?? "").split(" | ");
    if (marked && !told.some((d) => d.message.includes(words))) {
      fail(`${name}:${i + 1}`, `no diagnostic says ${JSON.stringify(words)}; there are: ${diagnostics.map(show).join("; ") || "none"}`);
    }
    if (!marked) told.forEach((d) => fail(`${name}:${i + 1}`, `nothing is wrong there, but: ${d.message}`));
  });
  if (!/# <- /.test(text)) fail(name, "it doesn't say where it is wrong");
}

async function right(name, text) {
  for (const d of await server.open(name, text)) fail(name, `nothing is wrong with it, but ${show(d)}`);
}

function equal(where, got, want) {
  if (JSON.stringify(got) !== JSON.stringify(want)) fail(where, `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

// complete returns what is offered where the text has a ‸.
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
const wrong = folder("testdata/broken");
if (wrong.length < 10) fail("testdata/broken", `there are ${wrong.length} files only`);
for (const name of wrong) await broken(name);

for (const name of [...folder("testdata/examples"), "testdata/astro.yaml", "testdata/everything.yaml"]) {
  await right(name, readFileSync(path.join(root, name), "utf8"));
}
const [, quickStart] = /## Quick start[^]*?```yaml\n([^]*?)```/.exec(readFileSync(path.join(root, "README.md"), "utf8"));
await right("README.yaml", quickStart.replace(/^ {3}/gm, ""));

const fields = JSON.parse(readFileSync(schema, "utf8")).$defs.deployment.properties;
const words = fields.executor.anyOf[0].enum;
if (words.length < 3) fail("the schema", `executor has the values ${words}`);
equal("completing executor", (await complete("value.yaml", "deployments:\n  - name: etl\n    executor: ‸\n")).sort(), [...words].sort());
const offered = await complete("field.yaml", "deployments:\n  - name: etl\n    sch‸\n");
for (const name of ["scheduler", "schedulerSize"]) {
  if (!offered.includes(name)) fail("completing sch", `${name} is not offered, but ${offered.join(", ")}`);
}
const sections = await complete("section.yaml", "work‸\n");
if (!sections.includes("workspaces")) fail("completing a section", `workspaces is not offered, but ${sections.join(", ")}`);
for (const name of ["executor", "resourceQuotaCpu", "workspace", "contactEmails"]) {
  const text = await hover(`${name}.yaml`, `deployments:\n  - name: etl\n    ${name[0]}‸${name.slice(1)}: x\n`);
  const plain = text.replaceAll(/&nbsp;|&#x20;/g, " ").replaceAll("\\", "");
  if (!plain.includes(fields[name].description)) fail(`hovering over ${name}`, `its description is not shown, but ${JSON.stringify(text)}`);
}

server.end();
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exit(1);
}
console.log(`editor: ${wrong.length} broken manifests are told on their lines; completion and hover work`);

// The compiler, loaded once, for tools/mutants: listens on a socket of the file system, until its standard input ends. A request is a
// line of JSON {path, source, wanted, quick}: all files as they are but `path`, whose text is `source`, or all as they are without it;
// `wanted` names contracts as [path, name]; `quick`: with few steps of the optimizer. The answer is a line:
// {errors, contracts: {name: {bytecode, runtime}}}. Without metadata, so that the same instructions are the same bytes.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const readline = require("node:readline");
const root = path.resolve(__dirname, "..", "..");
const solc = require(path.join(root, "node_modules", "solc"));

// Only what is asked for and what it imports is read.
function reading(sources) {
  return (name) => {
    try {
      return { contents: sources[name]?.content ?? fs.readFileSync(path.join(root, name), "utf8") };
    } catch (error) {
      return { error: `${name}: ${error.message}` };
    }
  };
}

function compile(settings, all, wanted, changed) {
  const outputSelection = {};
  for (const [file, name] of wanted) {
    (outputSelection[file] ??= {})[name] = ["evm.bytecode.object", "evm.deployedBytecode.object"];
  }
  const files = changed ? [changed, ...Object.keys(outputSelection)] : Object.keys(outputSelection);
  const sources = Object.fromEntries(files.map((file) => [file, all[file]]));
  const request = { language: "Solidity", sources, settings: { ...settings, outputSelection } };
  return JSON.parse(solc.compile(JSON.stringify(request), { import: reading(all) }));
}

function answer(project, { path: changed, source, wanted, quick }) {
  const all = changed ? { ...project.sources, [changed]: { content: source } } : project.sources;
  const output = compile(quick ? project.quick : project.settings, all, wanted, changed);
  const errors = (output.errors ?? []).filter((one) => one.severity === "error");
  if (quick && errors.some((one) => one.type === "CompilerError" || one.type === "YulException")) {
    // too deep a stack for so few steps
    return answer(project, { path: changed, source, wanted, quick: false });
  }
  const contracts = {};
  for (const [file, name] of errors.length > 0 ? [] : wanted) {
    const { bytecode, deployedBytecode } = output.contracts[file][name].evm;
    contracts[name] = { bytecode: bytecode.object, runtime: deployedBytecode.object };
  }
  return { errors: errors.map((one) => one.formattedMessage), contracts };
}

// What was compiled of the last mutant, or of the contracts as they are, is not compiled again.
function remembering(project) {
  const unchanged = new Map();
  let mutant = new Map();
  let last;
  return (request) => {
    const asked = `${request.path}\0${request.source}`;
    if (request.path && asked !== last) [last, mutant] = [asked, new Map()];
    const known = request.path ? mutant : unchanged;
    const key = (name) => `${name} ${request.quick}`;
    const wanted = request.wanted.filter(([, name]) => !known.has(key(name)));
    const found = wanted.length > 0 || request.wanted.length === 0 ? answer(project, { ...request, wanted }) : { errors: [] };
    for (const [name, made] of Object.entries(found.contracts ?? {})) known.set(key(name), made);
    if (found.errors.length > 0) return { errors: found.errors, contracts: {} };
    return { errors: [], contracts: Object.fromEntries(request.wanted.map(([, name]) => [name, known.get(key(name))])) };
  };
}

function serve(project, socket) {
  const ask = remembering(project);
  const server = net.createServer((connection) => {
    let text = "";
    connection.setEncoding("utf8");
    connection.on("error", () => connection.destroy()); // who asked was ended
    connection.on("data", (data) => {
      text += data;
      if (text.endsWith("\n")) connection.end(`${JSON.stringify(ask(JSON.parse(text)))}\n`);
    });
  });
  server.listen(socket, () => process.stdout.write("ready\n"));
}

const given = readline.createInterface({ input: process.stdin });
given.once("line", (line) => serve(JSON.parse(line), process.argv[2]));
given.once("close", () => process.exit(0));

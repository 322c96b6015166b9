// The compiler, loaded once, for tools/mutants: listens on a socket of the file system. A request is a line of JSON
// {path, source, wanted}: all files as they are but `path`, whose text is `source`, or all as they are without it; `wanted` names
// contracts as [path, name], none to have the types checked alone. The answer is a line: {errors, contracts: {name: {bytecode, runtime}}}.
// Without metadata, so that the same instructions are the same bytes.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const root = path.resolve(__dirname, "..", "..");
const solc = require(path.join(root, "node_modules", "solc"));

function readImport(name) {
  try {
    return { contents: fs.readFileSync(path.join(root, name), "utf8") };
  } catch (error) {
    return { error: `${name}: ${error.message}` };
  }
}

function compile(settings, sources, wanted) {
  const outputSelection = {};
  for (const [file, name] of wanted) {
    (outputSelection[file] ??= {})[name] = ["evm.bytecode.object", "evm.deployedBytecode.object"];
  }
  const request = { language: "Solidity", sources, settings: { ...settings, outputSelection } };
  return JSON.parse(solc.compile(JSON.stringify(request), { import: readImport }));
}

function answer({ settings, sources }, request) {
  const changed = request.path ? { ...sources, [request.path]: { content: request.source } } : sources;
  const output = compile(settings, changed, request.wanted);
  const errors = (output.errors ?? []).filter((one) => one.severity === "error").map((one) => one.formattedMessage);
  const contracts = {};
  for (const [file, name] of errors.length > 0 ? [] : request.wanted) {
    const { bytecode, deployedBytecode } = output.contracts[file][name].evm;
    contracts[name] = { bytecode: bytecode.object, runtime: deployedBytecode.object };
  }
  return { errors, contracts };
}

// What was compiled of the last mutant is not compiled again.
function remembering(project) {
  let mutant;
  let known = {};
  return (request) => {
    const asked = `${request.path}\0${request.source}`;
    if (asked !== mutant) [mutant, known] = [asked, {}];
    const wanted = request.wanted.filter(([, name]) => !(name in known));
    if (wanted.length === 0 && request.wanted.length > 0) return { errors: [], contracts: known };
    const found = answer(project, { ...request, wanted });
    Object.assign(known, found.contracts);
    return { errors: found.errors, contracts: known };
  };
}

function main(socket) {
  const ask = remembering(JSON.parse(fs.readFileSync(0, "utf8")));
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

main(process.argv[2]);

#!/usr/bin/env node
// The compiler as Foundry calls it for the campaigns, but that it makes code of the campaigns alone. What they act on is deployed by the
// bytecode that there is already; to compile it once more would take most of the time, and would prove something of another compilation.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const SOLC = path.resolve(__dirname, "../../tools/solc.js");
const OURS = "proofs/invariants/";

function codeOfCampaigns(request) {
  const outputs = {}; // of all others nothing: the compiler makes code of whatever it is asked anything of
  for (const file of Object.keys(request.sources)) {
    if (file.startsWith(OURS)) outputs[file] = request.settings.outputSelection[file] ?? request.settings.outputSelection["*"];
  }
  return { ...request, settings: { ...request.settings, outputSelection: outputs } };
}

function compiled(args, request) {
  const input = JSON.stringify(request);
  const done = spawnSync(process.execPath, [SOLC, ...args], { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  process.stderr.write(done.stderr);
  process.exitCode = done.status ?? 1;
  return done.stdout;
}

const args = process.argv.slice(2);
if (args.includes("--version")) {
  // Foundry asks each time that it starts; to load the compiler for that would take longer than some campaigns.
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${require("solc/package.json").version}\n`);
} else {
  const request = codeOfCampaigns(JSON.parse(fs.readFileSync(0, "utf8")));
  process.stdout.write(compiled(args, request));
}

#!/usr/bin/env node
// The Solidity compiler for py-solc-x and Brownie: the npm package `solc` (WebAssembly) behind the two
// command lines they use, `--version` and `--standard-json`. The same bytecode on every machine, and no
// download of a native compiler. Imports are read from the disk, relative to the working directory (or to
// `--base-path`); other flags, such as `--allow-paths`, are accepted and ignored.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function compiler() {
  try {
    return require("solc");
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    return fail("The npm package `solc` is missing: run `make setup`.");
  }
}

function readImport(base) {
  return (name) => {
    try {
      return { contents: fs.readFileSync(path.resolve(base, name), "utf8") };
    } catch (error) {
      return { error: `${name}: ${error.message}` };
    }
  };
}

function main(args) {
  if (args.includes("--version")) {
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${compiler().version()}\n`);
  } else if (args.includes("--standard-json")) {
    const baseFlag = args.indexOf("--base-path");
    const base = baseFlag < 0 ? process.cwd() : args[baseFlag + 1];
    process.stdout.write(compiler().compile(fs.readFileSync(0, "utf8"), { import: readImport(base) }));
  } else {
    fail("This solc answers `--version` and `--standard-json` only.");
  }
}

main(process.argv.slice(2));

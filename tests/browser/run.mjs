// The pages as people meet them. Ends with "N passed, N failed"; the pictures are to be looked at.
import { readdir } from "node:fs/promises";
import { start } from "./installation.mjs";
import { open } from "./visit.mjs";

const wanted = process.argv.slice(2);
const files = (await readdir(new URL(".", import.meta.url))).filter((name) => name.endsWith(".test.mjs")).sort();
const counts = { passed: 0, failed: 0 };

async function check(name, work) {
  try {
    await work();
    counts.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}\n        ${error.stack.split("\n").slice(0, 6).join("\n        ")}`);
  }
}

const installation = await start();
const browser = await open();
try {
  for (const file of files.filter((name) => !wanted.length || wanted.some((word) => name.startsWith(word)))) {
    const { default: tests } = await import(`./${file}`);
    await tests({ browser, installation, check });
  }
} finally {
  await browser.close();
  await installation.stop();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed ? 1 : 0);

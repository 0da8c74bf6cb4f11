// A whole installation in a folder of its own, started as a user starts it and asked as machines ask it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const ROOT = new URL("../..", import.meta.url).pathname;
const PATIENCE = 180_000; // a bound for a busy machine, never a measure

export async function start() {
  const folder = await mkdtemp(join(tmpdir(), "vox"));
  const port = await freePort();
  const environment = { ...process.env, VOXLOOP_VAR: folder, VOXLOOP_PORT: port, VOXLOOP_LANGUAGE: "en" };
  const child = spawn(join(ROOT, ".venv/bin/voxloop"), ["up", "--no-demo"], { env: environment, detached: true });
  let told = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (told += data));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until(() => told.includes("ready") || child.exitCode !== null, () => told);
    if (child.exitCode !== null) throw new Error(told);
  } catch (error) {
    await stop();
    throw error;
  }
  const token = told.match(/vox_[\w-]+/)[0];
  return { address: `http://127.0.0.1:${port}`, token, environment, stop };
}

// Asks GraphQL; answers its data.
export async function ask({ address, token }, query, variables = {}) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch(`${address}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

export async function submit({ address, token }, feedback) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch(`${address}/feedback`, { method: "POST", headers, body: JSON.stringify(feedback) });
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
}

// Waits until an item stands at a step of that kind.
export async function standsAt(installation, code, kind) {
  const query = "query ($code: String!) { feedback(code: $code) { id version stage step { kind } } }";
  let item;
  await until(
    async () => (item = (await ask(installation, query, { code })).feedback)?.step?.kind === kind,
    () => `${code} never stood at ${kind}: ${JSON.stringify(item)}`,
  );
  return item;
}

export async function until(condition, what) {
  const ends = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > ends) throw new Error(`never: ${what()}`);
    await pause(100);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

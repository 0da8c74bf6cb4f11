// The dashboard: whom it lets in, what it draws, that it changes by itself, and that the token stays in the tab.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { submit, until } from "./installation.mjs";
import { LANGUAGES, WIDTHS, faults, picture, visitor } from "./visit.mjs";

const VOXLOOP = new URL("../../.venv/bin/voxloop", import.meta.url).pathname;
const TEXTS = ["屏幕一直闪烁，无法使用", "客服态度非常差，我要投诉", "希望增加深色模式", "非常好用，推荐", "请问怎么清洗滤网？", "The app crashes at start"];
const CHANNELS = ["web", "app", "email"];
const SECTIONS = ["trend", "pie", "bar", "sankey"];

export default async function ({ browser, installation, check }) {
  for (const [number, text] of [...TEXTS, ...TEXTS].entries()) await hand(installation, `seed-${number}`, text, number);
  for (const language of LANGUAGES) {
    for (const size of Object.keys(WIDTHS)) {
      await check(`dashboard ${language} ${size}`, () => look(browser, installation, { language, size }));
      await check(`dashboard without a right ${language} ${size}`, () => refused(browser, installation, { language, size }));
    }
    await check(`dashboard ${language} without scripts`, () => plain(browser, installation, language));
  }
}

function hand(installation, key, text, number) {
  return submit(installation, { key, text, channel: CHANNELS[number % CHANNELS.length] });
}

async function enter(page, address, token) {
  if (!page.url().startsWith(address)) await page.goto(`${address}/dashboard`);
  await page.fill("#token", token);
  await page.click("#entrance button");
}

async function look(browser, installation, kind) {
  const she = await visitor(browser, installation.address, kind);
  const { page } = she;
  await enter(page, installation.address, installation.token);
  await page.waitForSelector("#board:not([aria-busy])");
  for (const section of SECTIONS) await page.waitForSelector(`#figure-${section} .chart .main-svg`);
  await page.waitForSelector("#light.live");
  const open = () => page.textContent("#number-open .value").then(Number);
  const before = await open();
  await hand(installation, `live-${she.name}`, TEXTS[0], 0);
  let seen = before;
  await until(async () => (seen = await open()) > before, () => `it still says ${seen} open items`);
  await page.click("#figure-pie summary");
  assert.ok((await page.locator("#figure-pie tr").count()) > 0);
  await picture(she, "dashboard");
  const found = await faults(she);
  const held = await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie, location.href]);
  assert.deepEqual(held.slice(0, 3), [1, 0, ""]);
  assert.ok(!held[3].includes(installation.token));
  await page.click(".languages a");
  await page.waitForSelector("#board:not([aria-busy])"); // the other language, and still signed in
  await page.click("#leave");
  await page.waitForSelector("#token:focus");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.deepEqual({ found, abroad: she.abroad, errors: she.errors }, { found: [], abroad: [], errors: [] });
  await she.close();
}

async function refused(browser, installation, kind) {
  const she = await visitor(browser, installation.address, kind);
  const { page } = she;
  await enter(page, installation.address, "vox_wrong");
  await page.waitForSelector("#refused:not([hidden])");
  await picture(she, "dashboard-wrong-token");
  const found = await faults(she);
  const name = `intake ${she.name}`;
  const { stdout } = await promisify(execFile)(VOXLOOP, ["token", "create", "--name", name, "--role", "intake"], {
    env: installation.environment,
  });
  await enter(page, installation.address, stdout.match(/vox_[\w-]+/)[0]);
  await page.waitForSelector("#denied:not([hidden])");
  await picture(she, "dashboard-denied");
  found.push(...(await faults(she)));
  const others = she.errors.filter((error) => !error.includes("401")); // Chromium's own note about the wrong token
  assert.deepEqual({ found, abroad: she.abroad, others }, { found: [], abroad: [], others: [] });
  await she.close();
}

async function plain(browser, installation, language) {
  const she = await visitor(browser, installation.address, { language, size: "phone", scripts: false });
  await she.page.goto(`${installation.address}/dashboard`);
  assert.match(await she.page.innerText("main"), /JavaScript/);
  await picture(she, "dashboard");
  assert.deepEqual([she.abroad, she.errors], [[], []]);
  await she.close();
}

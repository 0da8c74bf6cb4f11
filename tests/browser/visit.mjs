// A page in headless Chromium: at two widths, in two languages; what it asks for, says and looks like.
import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PICTURES = new URL("pictures/", import.meta.url).pathname;

export const WIDTHS = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
export const LANGUAGES = ["zh-CN", "en"];

let visitors = 0;

export async function open() {
  await mkdir(PICTURES, { recursive: true });
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET });
}

// A visitor. Everything that she asks of another host, and every error on a page of hers, is noted.
export async function visitor(browser, address, { language = "en", size = "desk", scripts = true } = {}) {
  const context = await browser.newContext({
    locale: language,
    viewport: WIDTHS[size],
    javaScriptEnabled: scripts,
    hasTouch: size === "phone",
    extraHTTPHeaders: { "X-Forwarded-For": `10.0.0.${(visitors += 1)}` }, // or all would share one address's limit
  });
  const page = await context.newPage();
  const abroad = [];
  const errors = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== address) abroad.push(request.url());
  });
  page.on("console", (message) => {
    // Chromium logs a refused form's status too; that is the answer it should get.
    if (message.type() === "error" && !message.text().includes("422")) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, abroad, errors, name: `${language}-${size}${scripts ? "" : "-plain"}`, close: () => context.close() };
}

// What axe holds to be serious or critical, and whether the page is wider than its window.
export async function faults({ page }) {
  await page.evaluate(AXE); // as the debugger does: the pages let no inline script run
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ").slice(0, 300)}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  return wide ? [...found, "wider than the window"] : found;
}

export async function picture({ page, name }, what) {
  await page.screenshot({ path: `${PICTURES}${what}-${name}.png`, fullPage: true });
}

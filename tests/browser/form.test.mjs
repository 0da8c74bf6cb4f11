// The hosted form: looked at, filled in, refused, sent, with and without scripts.
import assert from "node:assert/strict";
import { LANGUAGES, WIDTHS, faults, picture, visitor } from "./visit.mjs";

const WORDS = {
  "zh-CN": { text: "炸篮松动，用了两周就晃。", send: "提交", thanks: "谢谢" },
  en: { text: "The basket came loose after two weeks.", send: "Send", thanks: "Thank you" },
};
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const FILES = [{ name: "a.png", mimeType: "image/png", buffer: PIXEL }];

export default async function ({ browser, installation: { address }, check }) {
  for (const language of LANGUAGES) {
    for (const size of Object.keys(WIDTHS)) {
      for (const scripts of [true, false]) {
        await check(`form ${language} ${size} ${scripts ? "with" : "without"} scripts`, () =>
          fillIn(browser, address, { language, size, scripts }),
        );
      }
    }
  }
  await check("form by keyboard alone", () => byKeyboard(browser, address));
  await check("form sent twice with a slow line", () => twice(browser, address));
  await check("form says at once what cannot be sent", () => tooMany(browser, address));
}

async function fillIn(browser, address, kind) {
  const she = await visitor(browser, address, kind);
  const { page } = she;
  const words = WORDS[kind.language];
  await page.goto(`${address}/f/feedback?product=air_fryer_p3&batch=P3-20260815&channel=qr`);
  await picture(she, "form");
  const found = kind.scripts ? await faults(she) : [];
  await page.fill("#contact", "kim@");
  await page.getByRole("button", { name: words.send }).click();
  await page.waitForSelector("#problems");
  await picture(she, "form-refused");
  if (kind.scripts) found.push(...(await faults(she)));
  assert.equal(await page.inputValue("#contact"), "kim@");
  assert.equal(await page.inputValue("#product"), "air_fryer_p3");
  assert.equal(await page.getAttribute("#text", "aria-invalid"), "true");
  await page.fill("#text", words.text);
  await page.check('input[name=rating][value="2"]', { force: true });
  await page.fill("#contact", "kim@example.com");
  await page.setInputFiles("#images", FILES);
  if (kind.scripts) await page.waitForSelector(".previews img");
  await picture(she, "form-filled");
  await page.getByRole("button", { name: words.send }).click();
  await page.waitForURL("**/thanks/**");
  await picture(she, "thanks");
  if (kind.scripts) found.push(...(await faults(she)));
  assert.match(await page.textContent("h1"), new RegExp(words.thanks));
  assert.match(await page.textContent(".code"), /FB-\d{6}/);
  await page.click("main a.button");
  await page.waitForSelector(".said");
  assert.equal(await page.locator(".pictures img").evaluate((image) => image.complete && image.naturalWidth), 1);
  assert.deepEqual({ found, abroad: she.abroad, errors: she.errors }, { found: [], abroad: [], errors: [] });
  await she.close();
}

async function byKeyboard(browser, address) {
  const she = await visitor(browser, address);
  const { page } = she;
  await page.goto(`${address}/f/feedback`);
  await page.focus("#text");
  await page.keyboard.type("No mouse at all");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.locator("input[name=rating]:checked").inputValue(), "5");
  await page.focus("main form button");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/thanks/**");
  await she.close();
}

async function twice(browser, address) {
  const she = await visitor(browser, address);
  const { page } = she;
  let posts = 0;
  await page.route("**/f/feedback*", async (route) => {
    if (route.request().method() === "POST") {
      posts += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await route.continue();
  });
  await page.goto(`${address}/f/feedback`);
  await page.fill("#text", "Impatient");
  await page.dblclick("main form button");
  await page.waitForURL("**/thanks/**");
  assert.equal(posts, 1);
  await she.close();
}

async function tooMany(browser, address) {
  const she = await visitor(browser, address);
  await she.page.goto(`${address}/f/feedback`);
  await she.page.setInputFiles("#images", Array(4).fill(FILES[0]));
  assert.equal(await she.page.textContent("form .problem"), "At most 3 pictures are possible.");
  assert.equal(await she.page.locator("#images").evaluate((input) => input.files.length), 0);
  await she.close();
}

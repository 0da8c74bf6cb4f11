// The page of a signed link: what became of it, confirmed, not solved, written again, reopened.
import assert from "node:assert/strict";
import { ask, standsAt } from "./installation.mjs";
import { LANGUAGES, WIDTHS, faults, picture, visitor } from "./visit.mjs";

const TEXTS = {
  "zh-CN": { question: "请问滤芯多久更换一次？", answer: "建议每六个月更换一次。", again: "在哪里可以买到？" },
  en: { question: "How often do I have to change the filter?", answer: "Every six months.", again: "Where do I get one?" },
};
const REPLY = "mutation ($input: ReplyInput!) { reply(input: $input) { userErrors { message } } }";

export default async function ({ browser, installation, check }) {
  for (const language of LANGUAGES) {
    for (const size of Object.keys(WIDTHS)) {
      await check(`status page ${language} ${size}`, () => follow(browser, installation, { language, size }));
    }
    await check(`status page ${language} without scripts`, () => follow(browser, installation, { language, size: "phone", scripts: false }));
    await check(`links that lead nowhere ${language}`, () => nowhere(browser, installation.address, language));
  }
}

async function follow(browser, installation, kind) {
  const texts = TEXTS[kind.language];
  const she = await visitor(browser, installation.address, kind);
  const { page } = she;
  const found = [];
  const look = async (what) => {
    await picture(she, what);
    if (kind.scripts !== false) found.push(...(await faults(she)));
  };
  await page.goto(`${installation.address}/f/feedback`);
  await page.fill("#text", texts.question);
  await page.click("main form button");
  await page.waitForURL("**/thanks/**");
  const code = await page.textContent(".code");
  await page.click("main a.button");
  await standsAt(installation, code, "REPLY");
  await page.reload();
  await look("status-working");
  await press(page, "customer_reply", texts.again);
  await look("status-written");
  await reply(installation, code, texts.answer);
  await page.reload();
  await look("status-answered");
  await press(page, "reject", texts.again);
  await reply(installation, code, texts.answer);
  await page.reload();
  await press(page, "confirm", "");
  await standsAt(installation, code, undefined);
  await page.reload();
  await look("status-closed");
  await press(page, "reopen", texts.again);
  await look("status-reopened");
  assert.deepEqual({ found, abroad: she.abroad, errors: she.errors }, { found: [], abroad: [], errors: [] });
  await she.close();
}

async function press(page, act, words) {
  await page.fill("#words", words);
  const answer = page.waitForResponse((response) => response.url().endsWith(`done=${act}`));
  await page.click(`button[value="${act}"]`);
  await answer;
  await page.waitForSelector(".notice.good");
}

async function reply(installation, code, text) {
  const item = await standsAt(installation, code, "REPLY");
  const input = { id: item.id, key: `${code}-${item.version}`, text };
  const { reply: done } = await ask(installation, REPLY, { input });
  assert.deepEqual(done.userErrors, []);
  await standsAt(installation, code, "CUSTOMER");
}

async function nowhere(browser, address, language) {
  const she = await visitor(browser, address, { language, size: "phone" });
  const response = await she.page.goto(`${address}/s/nothing`);
  assert.equal(response.status(), 404);
  await picture(she, "nowhere");
  assert.deepEqual(await faults(she), []);
  await she.close();
}

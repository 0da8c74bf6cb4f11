// The dashboard: asks the API with the reader's token, draws what it answers, and asks again when something changes.
"use strict";

const KEPT = "voxloop.token";  // in this tab only; gone when it is closed
const PAUSE = 3000;            // between two refreshes at least, milliseconds
const STILL = 60000;           // without any change: what is overdue, and what is today, changes by itself
const words = JSON.parse(document.getElementById("words").textContent);
const language = document.documentElement.lang;
// Plotly warns when labels beside a pie move its margins back and forth; it ends that by itself.
Plotly.setPlotConfig({logging: 0, displayModeBar: false, responsive: true});
const at = (id) => document.getElementById(id);

const BOARD = `query Board($days: Int!, $language: Language!) {
  me { role teams { title(language: $language) } }
  open: statistics(where: {stage: {in: [RECEIVED, WORKING, WAITING_CUSTOMER, WAITING_LINKED, ANSWERED]}}) {
    totals { count } }
  overdue: statistics(where: {overdue: true}) { totals { count } }
  today: statistics(period: {days: 1}, compareTo: PREVIOUS_PERIOD) { totals { count previous { count } } }
  response: statistics(period: {days: $days}, compareTo: PREVIOUS_PERIOD) {
    totals { firstResponseP50 previous { firstResponseP50 } } }
  trend: figure(kind: TREND, period: {days: $days}, language: $language) { ...drawn }
  pie: figure(kind: PIE, period: {days: $days}, language: $language) { ...drawn }
  bar: figure(kind: BAR, by: [PRODUCT], period: {days: $days}, language: $language) { ...drawn }
  sankey: figure(kind: SANKEY, period: {days: $days}, language: $language) { ...drawn } }
fragment drawn on Figure { description plotly statistics { rows { keys { label } count } } }`;
const WATCH = "subscription Watch { feedbacksChanged { initial } }";

class Refused extends Error {}  // the token lets nobody in

// ---- asking

async function ask(query, variables, options) {
  const response = await fetch("/graphql", {
    method: "POST",
    credentials: "omit",
    headers: {
      "Authorization": `Bearer ${sessionStorage.getItem(KEPT)}`,
      "Content-Type": "application/json",
      "Accept": "application/json",
      "Accept-Language": language,
      ...options.headers,
    },
    body: JSON.stringify({query, variables}),
    signal: options.signal,
  });
  if (response.status === 401 || response.status === 403) throw new Refused();
  return response;
}

async function board(signal) {
  const days = Number(at("period").value);
  const response = await ask(BOARD, {days, language: language === "en" ? "EN" : "ZH_CN"}, {signal});
  const answer = await response.json();
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? words.away);
  return answer;
}

// ---- showing

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const count = (value) => value.toLocaleString(language);

function duration(seconds) {
  if (seconds === null) return words.nothing;
  const units = [["seconds", 1, 120], ["minutes", 60, 7200], ["hours", 3600, 259200], ["days", 86400, Infinity]];
  const [unit, size] = units.find(([, , limit]) => seconds < limit);
  return fill(words[unit], {value: (seconds / size).toLocaleString(language, {maximumFractionDigits: 1})});
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;  // what stays is not read aloud again
}

function showNumber(name, value, before = "") {
  const place = at(`number-${name}`);
  setText(place.querySelector(".value"), value);
  setText(place.querySelector(".before"), before);
}

function showNumbers({open, overdue, today, response}) {
  if (open) showNumber("open", count(open.totals.count));
  if (overdue) {
    showNumber("overdue", count(overdue.totals.count));
    at("number-overdue").classList.toggle("alarm", overdue.totals.count > 0);
  }
  if (today) {
    const {count: now, previous} = today.totals;
    showNumber("today", count(now), fill(words.yesterday, {value: count(previous.count)}));
  }
  if (response) {
    const {firstResponseP50: now, previous} = response.totals;
    const before = previous.firstResponseP50;
    showNumber("response", duration(now), before === null ? "" : fill(words.before, {value: duration(before)}));
  }
}

function showFigure(name, figure) {
  const place = at(`figure-${name}`);
  setText(place.querySelector(".description"), figure.description);
  const {title: _, ...layout} = figure.plotly.layout;  // the heading says it already
  layout.margin = {...layout.margin, t: 8};
  layout.dragmode = false;
  const chart = place.querySelector(".chart");
  chart.style.minHeight = layout.height ? `${layout.height}px` : "";
  // Drawn over again, a Sankey's flows fade in for seconds, and here the next refresh may come before they are there.
  const draw = figure.plotly.data[0]?.type === "sankey" ? Plotly.newPlot : Plotly.react;
  draw(chart, figure.plotly.data, layout);
  showTable(place.querySelector(".scroll"), figure.statistics.rows);
}

function showTable(place, rows) {
  const table = document.createElement("table");
  for (const row of rows) {
    const line = table.insertRow();
    for (const key of row.keys) {
      const cell = line.appendChild(document.createElement("th"));
      cell.scope = "row";
      cell.textContent = key.label;
    }
    line.insertCell().textContent = count(row.count);
  }
  place.replaceChildren(rows.length ? table : words.empty);
}

function show(section) {
  for (const id of ["enter", "denied", "board"]) at(id).hidden = id !== section;
  at("leave").hidden = section !== "board";
}

function showBoard({data, errors}) {
  const {me} = data;
  if (me.role === "INTAKE") return leave("denied");
  const first = at("board").hidden;
  show("board");
  const teams = me.teams.map((team) => team.title).join(words.comma);
  setText(at("scope"), me.role === "HANDLER" ? fill(words.teams, {teams}) : words.everything);
  showNumbers(data);
  for (const name of ["trend", "pie", "bar", "sankey"]) if (data[name]) showFigure(name, data[name]);
  at("board").removeAttribute("aria-busy");
  tell(errors?.[0]?.message);
  if (first) at("content").focus();
}

function tell(trouble) {
  at("trouble").hidden = !trouble;
  setText(at("trouble"), trouble ?? "");
}

// ---- staying up to date

let session = null;  // of the reader who is in: {signal, abort, due, busy, again, last, live}

function enter() {
  const stop = new AbortController();
  const current = {signal: stop.signal, abort: () => stop.abort(), due: null, busy: false, again: false, last: 0, live: false};
  const still = setInterval(() => changed(current), STILL);
  stop.signal.addEventListener("abort", () => clearInterval(still));
  session = current;
  refresh(current).then(() => watch(current));
}

function leave(section, message) {
  session?.abort();
  session = null;
  sessionStorage.removeItem(KEPT);
  show(section);
  at("refused").hidden = !message;
  at("refused").textContent = message ?? "";
  at(section === "enter" ? "token" : "other").focus();
}

function changed(current) {
  if (current.signal.aborted || document.hidden || current.due) return;
  if (current.busy) current.again = true;
  else current.due = setTimeout(() => refresh(current), Math.max(0, current.last + PAUSE - Date.now()));
}

async function refresh(current) {
  clearTimeout(current.due);
  Object.assign(current, {due: null, busy: true, again: false, last: Date.now()});
  try {
    const answer = await board(current.signal);
    if (!current.signal.aborted) showBoard(answer);
  } catch (error) {
    if (current.signal.aborted) return;
    if (error instanceof Refused) return leave("enter", words.refused);
    console.error(error);
    if (at("board").hidden) return leave("enter", words.not_now);
    tell(words.away);
  }
  current.busy = false;
  state(current);
  if (current.again) changed(current);
}

function state(current) {
  if (current.signal.aborted) return;
  const time = new Date(current.last).toLocaleTimeString(language);
  at("light").classList.toggle("live", current.live);
  setText(at("state"), fill(current.live ? words.live : words.still, {time}));
}

// Listens to changes over Server-Sent Events; where the connection breaks, it is made anew after a while.
async function watch(current) {
  for (let failed = 0; !current.signal.aborted; failed++) {
    try {
      const response = await ask(WATCH, {}, {signal: current.signal, headers: {"Accept": "text/event-stream"}});
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) throw new Error("no stream");
      current.live = true;
      state(current);
      for await (const event of events(response.body)) {
        failed = 0;
        if (event === "next") changed(current);
      }
    } catch (error) {
      if (current.signal.aborted || error instanceof Refused) return;
    }
    current.live = false;
    state(current);
    await new Promise((resolve) => setTimeout(resolve, Math.min(60000, 1000 * 2 ** failed)));
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const name = /^event: ?(\w+)/m.exec(block);
      if (name) yield name[1];
    }
  }
}

// ---- the reader

at("entrance").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEPT, at("token").value.trim());
  at("token").value = "";
  enter();
});
at("leave").addEventListener("click", () => leave("enter"));
at("other").addEventListener("click", () => leave("enter"));
at("period").addEventListener("change", () => {
  if (session?.busy) session.again = true;
  else if (session) refresh(session);
});
document.addEventListener("visibilitychange", () => session && changed(session));

if (sessionStorage.getItem(KEPT)) enter();
else show("enter");

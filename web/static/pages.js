// Small comforts; every page works without them.
"use strict";

// Whoever presses twice has pressed once.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.classList.add("sending");
  });
  // Back by the browser's own memory: it may be sent again, and what was taken still arrives once.
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll(".sending")) button.classList.remove("sending");
  });
}

// Pictures are shown before they are sent, and what cannot be sent is said at once.
const images = document.querySelector("input[type=file][data-most]");
if (images) {
  const list = document.querySelector(".previews");
  const said = document.createElement("p");
  said.className = "problem";
  said.setAttribute("role", "alert");
  list.before(said);
  images.addEventListener("change", () => {
    const files = [...images.files];
    const large = files.some((file) => file.size > Number(images.dataset.bytes));
    const many = files.length > Number(images.dataset.most);
    const problem = many ? images.dataset.tooMany : large ? images.dataset.tooLarge : "";
    said.textContent = problem;
    if (problem) images.value = "";
    list.replaceChildren();
    list.hidden = problem !== "" || files.length === 0;
    for (const file of problem ? [] : files) {
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        const shown = document.createElement("img");
        shown.src = reader.result;
        shown.alt = file.name;
        const entry = document.createElement("li");
        entry.append(shown);
        list.append(entry);
      });
      reader.readAsDataURL(file);
    }
  });
}

// What is wrong is read first.
document.getElementById("problems")?.focus();

// Instants in the reader's own time.
const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
for (const each of document.querySelectorAll("time[datetime]")) {
  each.textContent = format.format(new Date(each.dateTime));
}

// What was just done is said once.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(null, "", here);
}

// What every page shares: closing menus, focusing the search, and keys that move through rows.
"use strict";

const typing = (element) =>
  element.isContentEditable ||
  element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

const rows = () => [...document.querySelectorAll("[data-rows] > tr")];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("is-on"));
  const next = Math.min(all.length - 1, Math.max(0, now + step));
  all.forEach((row, place) => row.classList.toggle("is-on", place === next));
  const link = all[next].querySelector("a[href]");
  if (link) link.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

function search() {
  const field = document.querySelector("[data-search]") || document.querySelector("#rail-q");
  if (field) {
    field.focus();
    field.select();
  }
}

const keys = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  "/": search,
  "?": () => document.querySelector("#keys")?.showModal(),
  n: () => document.querySelector("[rel=next]")?.click(),
  p: () => document.querySelector("[rel=prev]")?.click(),
};

// A button, a link or a choice that shows its own key: it goes before the keys of every page.
function keyed(key) {
  if (key.length !== 1) return false;
  const meant = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === key && element.checkVisibility()
  );
  if (!meant) return false;
  if (meant.dataset.key === "t") meant.focus();
  meant.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (keyed(event.key)) {
    event.preventDefault();
    return;
  }
  const arrow = event.key.startsWith("Arrow");
  if (arrow && !rows().length) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  const opener = event.target.closest("[data-opens]");
  if (opener) document.querySelector(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.closest("[data-print]")) window.print();
});

// A select or a checkbox that acts at once where JavaScript runs; the button is for where it does not.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
  const flag = event.target.dataset.changes;
  if (flag) document.querySelector(flag).value = "yes";
});

// A form that changes something is sent once.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
});

// A page kept by the browser's back button may send its forms again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// Files dropped on the upload field.
document.querySelectorAll("[data-drop]").forEach((zone) => {
  const field = zone.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("is-over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
});

// The tabs of an area slide sideways on a phone: the one that is open is in sight.
document.querySelectorAll(".area-tabs [aria-current]").forEach((tab) => {
  const row = tab.closest(".area-tabs");
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
});

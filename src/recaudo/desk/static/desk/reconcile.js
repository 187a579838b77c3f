// The workbench by keyboard: each act names its key in data-key. Fields get the focus, the rest a
// click; nothing here is needed to work with the mouse or without a script.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  const act = [...document.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key === event.key,
  );
  if (!act) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (act.tagName === "INPUT") act.focus();
  else act.click();
}, true);

// Number keys of the inbox. On a message they press the class's button, or open its form and go to
// the first field; on the list they open the message with that class chosen.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || !/^[1-8]$/.test(event.key)) return;
  const chosen = document.querySelector("[data-rows] > tr.is-on a[href]");
  const names = [...document.querySelectorAll("select[name=class] option")].slice(1);
  if (chosen && names.length) {
    event.preventDefault();
    location.assign(`${chosen.href}?class=${names[Number(event.key) - 1].value}`);
    return;
  }
  const button = document.querySelector(`[data-key="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  const fold = button.closest("details");
  if (!fold) {
    button.click();
    return;
  }
  fold.open = true;
  fold.querySelector("input:not([type=hidden]), textarea, button")?.focus();
});

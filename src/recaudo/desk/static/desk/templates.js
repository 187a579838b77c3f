// Writing a template: a click on a variable puts it where the cursor was last.

let target = document.querySelector("#text");

document.addEventListener("focusin", (event) => {
  if (event.target.matches("#write textarea, #write input:not([type=hidden])")) target = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button || !target || target.readOnly) return;
  const text = button.dataset.insert;
  target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
  target.focus();
  target.dispatchEvent(new Event("input", { bubbles: true }));
});

// Amounts that a person spreads or ticks: what is left, and the sum, while they type. Nothing here is
// needed to work without a script.
"use strict";

// 1.234.567,50 and 1234567.50: the last mark with one or two digits behind it is the decimal one.
function amountOf(text) {
  const plain = text.replace(/[^0-9.,]/g, "");
  const cents = plain.match(/[.,](\d{1,2}|\d{4})$/);
  const whole = (cents ? plain.slice(0, -cents[0].length) : plain).replace(/[.,]/g, "");
  return Number(`${whole || 0}.${cents ? cents[1] : 0}`);
}

const written = (amount) =>
  amount.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });

document.querySelectorAll("form[data-spread]").forEach((form) => {
  const whole = Number(form.dataset.spread);
  const fields = [...form.querySelectorAll("input[data-owes]")];
  const told = form.querySelector("[data-left]");
  const spent = (but) =>
    fields.filter((field) => field !== but).reduce((sum, field) => sum + amountOf(field.value), 0);
  const tell = () => {
    const left = whole - spent(null);
    told.hidden = false;
    told.classList.toggle("bad", left < 0);
    told.querySelector("[data-left-amount]").textContent = written(left);
  };
  form.addEventListener("input", tell);
  fields.forEach((field, place) =>
    field.addEventListener("keydown", (event) => {
      if (event.key === "=") {
        event.preventDefault();
        const most = Math.min(Number(field.dataset.owes), Math.max(0, whole - spent(field)));
        field.value = most ? most.toFixed(2).replace(/\.00$/, "") : "";
        tell();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        fields[place + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
      }
    }),
  );
});

document.querySelectorAll("form[data-sums]").forEach((form) => {
  const field = form.querySelector("[data-sum]");
  const sum = () => {
    const ticked = [...form.querySelectorAll("input[data-amount]:checked")];
    const total = ticked.reduce((all, each) => all + Number(each.dataset.amount), 0);
    field.value = total.toFixed(2).replace(/\.00$/, "");
  };
  form.addEventListener("change", (event) => event.target.matches("[data-amount]") && sum());
  sum();
});

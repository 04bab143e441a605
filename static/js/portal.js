/* Comfort only: every page works without this file. */
(function () {
  "use strict";

  // The error summary, or a message after a POST, takes the focus
  const first = document.querySelector(".error-summary[data-focus], .message[data-focus]");
  if (first) first.focus();

  // A second press of a button does not send a second time; the way back makes it pressable again
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Menus close with Escape and with a press outside
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // "n characters left", in the words that the page brings along
  document.querySelectorAll("textarea[maxlength]").forEach(function (area) {
    const words = document.body.dataset.charactersLeft;
    if (!words) return;
    const line = document.createElement("p");
    line.className = "count-left";
    line.setAttribute("aria-live", "polite");
    const tell = function () { line.textContent = words.replace("{n}", area.maxLength - area.value.length); };
    area.addEventListener("input", tell);
    area.after(line);
    tell();
  });

  // Show or hide a password
  document.querySelectorAll("input[type=password]").forEach(function (box) {
    const words = document.body.dataset;
    if (!words.show) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link";
    const label = function () { button.textContent = box.type === "password" ? words.show : words.hide; };
    button.addEventListener("click", function () {
      box.type = box.type === "password" ? "text" : "password";
      label();
    });
    label();
    box.after(button);
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();

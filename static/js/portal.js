/* Progressive enhancement: every page works without this file. */
(function () {
  "use strict";

  // Focus the error summary, or a message after a POST
  const first = document.querySelector(".error-summary[data-focus]") || document.querySelector(".message[data-focus]");
  if (first) first.focus();

  // Prevent double submission; a page restored from the back/forward cache can submit again
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    // The page stays open if the response is a file
    window.setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Close menus on Escape and on a click outside
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

  // "n characters left", with the translated text in data-characters-left
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
    const row = document.createElement("div");
    const button = document.createElement("button");
    row.className = "password-box";
    button.type = "button";
    button.className = "btn btn-outline-primary";
    const turn = function (type) {
      box.type = type;
      button.textContent = type === "password" ? words.show : words.hide;
      button.setAttribute("aria-label", type === "password" ? words.showWhole : words.hideWhole);
    };
    button.addEventListener("click", function () { turn(box.type === "password" ? "text" : "password"); });
    // Browsers store the values of text inputs for autocompletion
    if (box.form) box.form.addEventListener("submit", function () { turn("password"); });
    turn("password");
    box.replaceWith(row);
    row.append(box, button);
  });

  // Mark the rules that a new password meets; the server validates it
  const RULES = {
    upper: /\p{Lu}/u, lower: /\p{Ll}/u, digit: /\p{Nd}/u, other: /[^\p{L}\p{N}]/u,
  };
  document.querySelectorAll(".field").forEach(function (field) {
    const box = field.querySelector(".password-box input");
    const rules = field.querySelectorAll("[data-rule]");
    if (!box || !rules.length) return;
    box.addEventListener("input", function () {
      rules.forEach(function (rule) {
        const shortest = Number(rule.dataset.length);
        rule.classList.toggle("met", shortest ? box.value.length >= shortest : RULES[rule.dataset.rule].test(box.value));
      });
    });
  });

  // Mark the clause that is being read in the table of contents of a long text
  document.querySelectorAll(".legal-layout").forEach(function (layout) {
    const links = new Map();
    layout.querySelectorAll(".contents a[href^='#']").forEach(function (link) {
      const clause = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (clause) links.set(clause, link);
    });
    if (!links.size || !window.IntersectionObserver) return;
    const watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        links.forEach(function (link) { link.removeAttribute("aria-current"); });
        links.get(entry.target).setAttribute("aria-current", "true");
      });
    }, { rootMargin: "0px 0px -70% 0px" });
    links.forEach(function (_link, clause) { watch.observe(clause); });
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();

/* Empties a page when its sign-in has ended, and asks two minutes before (ASVS 14.3.1, WCAG 2.2.1).
   The server ends the session by its own clock; this file only keeps the screen in step with it. */
(function () {
  "use strict";
  const box = document.getElementById("session-end");
  if (!box || !box.showModal) return;
  const warning = 2 * 60 * 1000;
  const pages = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;  // those of this browser
  const failed = document.getElementById("session-end-failed");
  let end, last, read = false;

  // Seconds from now: until the pause is too long, and until the sign-in has lasted for all its hours
  function set(left) {
    const now = Date.now();
    last = now + left.whole * 1000;
    end = Math.min(now + left.idle * 1000, last);
  }

  function over() {
    window.clearInterval(clock);
    if (pages) pages.close();
    document.title = box.dataset.title;
    document.body.removeAttribute("class");
    document.body.replaceChildren(document.getElementById("session-over").content);
    document.querySelector("h1").focus();
  }

  function look() {
    if (!box.isConnected) return;  // the page is empty already
    const left = end - Date.now();
    if (left <= 0) return over();
    if (left > warning) return box.close();
    const lost = document.activeElement;
    box.querySelectorAll("[data-when]").forEach(function (part) {
      part.hidden = (part.dataset.when === "last") !== (end === last);
    });
    if (!box.open && !read) box.showModal();
    if (lost && lost.hidden && box.open) box.querySelector("button:not([hidden])").focus();
  }

  // Somebody is there: go on, or, where the sign-in has lasted for all its hours, leave the page until it ends
  function answer() {
    if (end === last) { read = true; return box.close(); }
    const form = box.querySelector("form");
    fetch(form.action, { method: "POST", body: new FormData(form) })
      .then(function (said) { return said.ok || said.status === 403 ? said : Promise.reject(); })
      .then(function (said) { return said.ok ? said.json().then(goOn) : over(); })
      .catch(function () { failed.hidden = false; });  // what was typed stays until the end
  }
  function goOn(left) { failed.hidden = true; set(left); tell(); look(); }
  box.querySelectorAll("button").forEach(function (button) { button.addEventListener("click", answer); });
  box.addEventListener("cancel", function (event) { event.preventDefault(); answer(); });

  // Which sign-in a page is of tells those of another apart: somebody else, or the same person later
  function tell(isOver) {
    if (pages) pages.postMessage({ of: box.dataset.of, end: end, last: last, isOver: Boolean(isOver) });
  }

  if (pages) {
    pages.addEventListener("message", function (event) {
      const told = event.data;
      if (told.isOver || told.of !== box.dataset.of || end <= Date.now()) return over();
      end = Math.max(end, told.end);
      last = Math.max(last, told.last);
      look();
    });
    document.addEventListener("submit", function (event) {
      if (event.target.querySelector("[data-ends-session]")) tell(true);
    });
  }

  set({ idle: Number(box.dataset.idle), whole: Number(box.dataset.whole) });
  const clock = window.setInterval(look, 5000);
  // After a sleep the clock has not ticked
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  tell();
})();

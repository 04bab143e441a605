/* Clear the page when its session has ended, and warn two minutes before (ASVS 14.3.1, WCAG 2.2.1).
   The server ends the session by its own clock; this script only follows it on the page. */
(function () {
  "use strict";
  const box = document.getElementById("session-end");
  if (!box || !box.showModal) return;
  const warning = 2 * 60 * 1000;
  const pages = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;  // other pages of this browser
  const failed = document.getElementById("session-end-failed");
  let end, last, read = false;

  // Seconds left until the session ends without use (idle), and at the latest (whole)
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
    if (!box.isConnected) return;  // the page was cleared already
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

  // The user has answered: extend the session or, if it has reached its maximum age, only close the dialog
  function answer() {
    if (end === last) { read = true; return box.close(); }
    const form = box.querySelector("form");
    fetch(form.action, { method: "POST", body: new FormData(form) })
      .then(function (said) { return said.ok || said.status === 403 ? said : Promise.reject(); })
      .then(function (said) { return said.ok ? said.json().then(goOn) : over(); })
      .catch(function () { failed.hidden = false; });  // keep what was typed until the session ends
  }
  function goOn(left) { failed.hidden = true; set(left); tell(); look(); }
  box.querySelectorAll("button").forEach(function (button) { button.addEventListener("click", answer); });
  box.addEventListener("cancel", function (event) { event.preventDefault(); answer(); });

  // `of` identifies the sign-in, so that pages of another sign-in are recognized and cleared
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
  // Timers do not run while the device sleeps
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  tell();
})();

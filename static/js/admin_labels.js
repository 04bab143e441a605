/* Gives the boxes of autocomplete fields the name of their field; Django leaves them without one. */
(function () {
  "use strict";
  const $ = window.django && window.django.jQuery;
  if (!$) return;

  function nameOf(select) {
    const label = document.querySelector('label[for="' + select.id + '"]');
    return select.getAttribute("aria-label") || (label ? label.textContent.trim().replace(/:$/, "") : "");
  }

  function name(select) {
    const name = nameOf(select);
    const box = select.parentElement.querySelector(".select2-selection");
    if (!name || !box) return;
    box.id = box.id || select.id + "_box";
    box.setAttribute("aria-label", name);
    // Its own name first, then what is chosen
    const chosen = box.querySelector(".select2-selection__rendered");
    box.setAttribute("aria-labelledby", box.id + (chosen && chosen.id ? " " + chosen.id : ""));
    box.querySelectorAll(".select2-search__field").forEach(function (field) { field.setAttribute("aria-label", name); });
  }

  function nameAll(root) {
    root.querySelectorAll("select.admin-autocomplete:not([name*=__prefix__])").forEach(name);
  }

  // Registered after autocomplete.js, so it runs after the boxes are drawn
  $(function () { nameAll(document); });
  document.addEventListener("formset:added", function (event) { nameAll(event.target); });
  $(document).on("select2:open", function (event) {
    document.querySelectorAll(".select2-container--open :is(.select2-search__field, [role=listbox])").forEach(function (field) {
      field.setAttribute("aria-label", nameOf(event.target));
    });
  });
})();

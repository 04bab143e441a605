/* Names what Django's scripts draw without a name: boxes of autocomplete fields, pictures of the two-list chooser. */
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
    // Drawn as a nameless text box, though nobody types in it
    if (chosen) ["role", "aria-readonly"].forEach(function (attribute) { chosen.removeAttribute(attribute); });
    box.setAttribute("aria-labelledby", box.id + (chosen && chosen.id ? " " + chosen.id : ""));
    // Not a second box to type in, as it claims, but the words of this one
    if (chosen) ["role", "aria-readonly"].forEach(function (claim) { chosen.removeAttribute(claim); });
    box.querySelectorAll(".select2-search__field").forEach(function (field) { field.setAttribute("aria-label", name); });
  }

  function nameAll(root) {
    root.querySelectorAll("select.admin-autocomplete:not([name*=__prefix__])").forEach(name);
  }

  // Registered after autocomplete.js, so it runs after the boxes are drawn
  $(function () { nameAll(document); });
  // The two-list chooser is drawn when everything is loaded; its magnifying glass has a name but no role
  window.addEventListener("load", function () {
    document.querySelectorAll(".search-label-icon").forEach(function (icon) { icon.setAttribute("role", "img"); });
  });
  document.addEventListener("formset:added", function (event) { nameAll(event.target); });
  $(document).on("select2:open", function (event) {
    document.querySelectorAll(".select2-container--open :is(.select2-search__field, [role=listbox])").forEach(function (field) {
      field.setAttribute("aria-label", nameOf(event.target));
    });
  });
})();

/* Accessible names for widgets that Django's scripts create without one: Select2 fields, icons of SelectBox. */
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
    // The label first, then the chosen value
    const chosen = box.querySelector(".select2-selection__rendered");
    // Select2 gives it the role of a text box without a name, but it is read-only text
    if (chosen) ["role", "aria-readonly"].forEach(function (attribute) { chosen.removeAttribute(attribute); });
    box.setAttribute("aria-labelledby", box.id + (chosen && chosen.id ? " " + chosen.id : ""));
    if (chosen) ["role", "aria-readonly"].forEach(function (claim) { chosen.removeAttribute(claim); });
    box.querySelectorAll(".select2-search__field").forEach(function (field) { field.setAttribute("aria-label", name); });
  }

  function nameAll(root) {
    root.querySelectorAll("select.admin-autocomplete:not([name*=__prefix__])").forEach(name);
  }

  // Registered after autocomplete.js, so that it runs after Select2 has created its elements
  $(function () { nameAll(document); });
  // SelectBox creates its widgets on "load"; its search icon has a name but no role
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

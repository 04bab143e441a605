/* Autocomplete fields of the admin send POST requests, which need the CSRF token. */
(function () {
  "use strict";
  const $ = window.django && window.django.jQuery;
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if ($ && token) $.ajaxSetup({ headers: { "X-CSRFToken": token.value } });
})();

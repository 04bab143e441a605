/* Boxes that are completed while one types ask by POST, which needs the token that every form of ours carries. */
(function () {
  "use strict";
  const $ = window.django && window.django.jQuery;
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if ($ && token) $.ajaxSetup({ headers: { "X-CSRFToken": token.value } });
})();

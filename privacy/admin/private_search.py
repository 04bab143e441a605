"""Lists searched by personal data keep the search words out of their addresses (`privacy.private_search`)."""

from django.contrib.admin.views.main import ChangeList

from privacy import private_search


class PrivateSearchList(ChangeList):
    search_is_private = True  # the template sends the search form by POST

    def get_queryset(self, request, exclude_parameters=None):
        """Return no rows for words that cannot be decrypted: without the search, an export would hold more rows."""
        words = private_search.decrypt_query(request.GET.get(private_search.PARAMETER, ""), by=request.user)
        self.query = words or ""
        found = super().get_queryset(request, exclude_parameters)
        return found.none() if words is None else found


class PrivateSearch:
    """For admin classes whose `search_fields` are personal."""

    def get_changelist(self, request, **kwargs):
        return PrivateSearchList

    def changelist_view(self, request, extra_context=None):
        """Redirect a search sent by POST (without an action), or words in clear in the address."""
        is_search = private_search.PARAMETER in request.POST and "action" not in request.POST
        if is_search or (request.method != "POST" and private_search.PARAMETER in request.GET):
            response = private_search.redirect_to_results(request)
            if response is not None:
                return response
        return super().changelist_view(request, extra_context)

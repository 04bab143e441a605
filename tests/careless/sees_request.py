"""An act that reads the HTTP request."""


def hand_over(*, request, by):
    return request.META, by

"""Read by gunicorn where it starts. Django alone decides whether a request came over TLS (`BEHIND_TLS_PROXY`)."""

# Otherwise gunicorn would believe X-Forwarded-Protocol and X-Forwarded-Ssl that a proxy handed on from a visitor
secure_scheme_headers = {}
# Nor does any proxy of ours set SCRIPT_NAME or PATH_INFO by a header
forwarder_headers = ""
# Nobody steers it but the service manager
control_socket_disable = True

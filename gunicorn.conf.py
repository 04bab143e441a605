"""Configuration of gunicorn. Only Django decides whether a request came over TLS (`BEHIND_TLS_PROXY`)."""

# Otherwise gunicorn would trust X-Forwarded-Protocol and X-Forwarded-Ssl, which a proxy may pass on from the client
secure_scheme_headers = {}
# Proxies do not set SCRIPT_NAME or PATH_INFO by a header either
forwarder_headers = ""
# Only the service manager controls gunicorn
control_socket_disable = True

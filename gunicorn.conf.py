"""How gunicorn serves us: threads, no access log, and its own few lines in the shape of ours."""

worker_class = "gthread"
workers = 2
threads = 8
timeout = 60
# As long as our own engine waits (jobs/inprocess.py): a request may be renewing a permission.
graceful_timeout = 50
# An access log would hold the addresses that platforms send people back to, with the codes in them.
accesslog = None
# Nobody steers it from another process; two on one machine would fight over the file.
control_socket_disable = True
logconfig_dict = {
    "formatters": {"ours": {"()": "webapp.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        "alembic": {"level": "WARNING"},
    },
}

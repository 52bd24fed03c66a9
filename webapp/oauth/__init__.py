"""The protocol: Authlib speaks OAuth 2.0 here, one session a request, over our bounded wire. No tables, no Flask."""

"""Shopimize: a merchant's profit, and the connections that feed it. `app.py` is the table of contents."""

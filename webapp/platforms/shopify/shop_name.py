"""A store's address as a merchant types it, made into the one form that may become part of a URL."""

from __future__ import annotations

import re

from webapp.platforms.consent import BadTenant

# Whole match, lower case, one host only: `shop.myshopify.com.evil.com` must not pass.
SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com")
ADMIN = re.compile(r"(?:https?://)?admin\.shopify\.com/store/([a-z0-9][a-z0-9-]{0,60})(?:[/?#].*)?")
BARE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def clean_shop(typed: str) -> str:
    """`aurora.myshopify.com`, from that, a bare name, or a pasted address of the store or its admin.

    Raises BadTenant with a sentence for the merchant.
    """
    text = typed.strip().lower() if len(typed) <= 300 else ""
    admin = ADMIN.fullmatch(text)
    if admin:
        text = admin.group(1)
    text = re.sub(r"^https?://", "", text)
    text = re.sub(r"\.myshopify\.com/(?:[a-z0-9/_-]*)$", ".myshopify.com", text)
    if BARE.fullmatch(text):
        text = f"{text}.myshopify.com"
    if not SHOP.fullmatch(text):
        raise BadTenant("That is not a Shopify store's address. It looks like your-store.myshopify.com.")
    return text

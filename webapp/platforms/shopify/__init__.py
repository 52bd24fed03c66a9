"""Shopify: one store per permission, tokens that rotate, orders read by when they changed."""

from webapp.platforms.shopify.platform import Shopify

PLATFORM = Shopify()

__all__ = ["PLATFORM"]

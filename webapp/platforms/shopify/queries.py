"""What we ask Shopify's Admin GraphQL API, word for word; no name, address or mail of a customer is in it."""

from __future__ import annotations

ORDERS_PER_PAGE, LINES_PER_PAGE, VARIANTS_PER_PAGE = 100, 50, 100

MONEY = "{ shopMoney { amount currencyCode } }"
LINE = f"nodes {{ id title sku quantity product {{ id }} variant {{ id }} discountedTotalSet {MONEY} }}"
ORDERS = f"""
query Orders($after: String, $changed: String!) {{
  orders(first: {ORDERS_PER_PAGE}, after: $after, sortKey: UPDATED_AT, query: $changed) {{
    nodes {{
      id name createdAt updatedAt cancelledAt test presentmentCurrencyCode
      currentTotalPriceSet {MONEY} currentSubtotalPriceSet {MONEY} currentTotalDiscountsSet {MONEY}
      totalShippingPriceSet {MONEY} currentTotalTaxSet {MONEY} totalRefundedSet {MONEY}
      lineItems(first: {LINES_PER_PAGE}) {{ {LINE} pageInfo {{ hasNextPage endCursor }} }}
      refunds {{ id createdAt totalRefundedSet {MONEY} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
MORE_LINES = f"""
query Lines($id: ID!, $after: String) {{
  order(id: $id) {{
    lineItems(first: {LINES_PER_PAGE}, after: $after) {{ {LINE} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}"""
VARIANTS = f"""
query Variants($after: String) {{
  productVariants(first: {VARIANTS_PER_PAGE}, after: $after) {{
    nodes {{ id displayName sku price product {{ id }} inventoryItem {{ unitCost {{ amount currencyCode }} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
IDS = """
query Ids($after: String, $created: String!) {
  orders(first: 250, after: $after, sortKey: CREATED_AT, query: $created) {
    nodes { id test }
    pageInfo { hasNextPage endCursor }
  }
}"""
SHOP = "{ shop { id name myshopifyDomain currencyCode ianaTimezone } }"
SCOPES = "{ currentAppInstallation { accessScopes { handle } } }"

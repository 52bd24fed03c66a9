"""The part of Shopify's Admin GraphQL schema that the stand-in knows."""

from __future__ import annotations

from graphql import build_schema

SCHEMA = build_schema(
    """
    scalar DateTime
    scalar Decimal
    scalar UnsignedInt64
    enum OrderSortKeys { UPDATED_AT CREATED_AT PROCESSED_AT ID }
    enum CountPrecision { EXACT AT_LEAST }
    enum CurrencyCode { USD EUR CAD }
    type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
    type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
    type Count { count: Int! precision: CountPrecision! }
    type Shop { id: ID! name: String! myshopifyDomain: String! currencyCode: CurrencyCode! ianaTimezone: String! }
    type AccessScope { handle: String! description: String! }
    type AppInstallation { id: ID! accessScopes: [AccessScope!]! }
    type Location { id: ID! name: String! }
    type Product { id: ID! title: String! }
    type InventoryItem { id: ID! unitCost: MoneyV2 }
    type ProductVariant {
      id: ID! title: String! displayName: String! sku: String price: Decimal! product: Product! createdAt: DateTime!
      inventoryItem: InventoryItem!
    }
    type ProductVariantConnection { nodes: [ProductVariant!]! pageInfo: PageInfo! }
    type LineItem {
      id: ID! title: String! name: String! sku: String quantity: Int! currentQuantity: Int!
      product: Product variant: ProductVariant originalTotalSet: MoneyBag! discountedTotalSet: MoneyBag!
    }
    type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
    type Refund { id: ID! createdAt: DateTime totalRefundedSet: MoneyBag! }
    type Order {
      id: ID! name: String! createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime! cancelledAt: DateTime
      sourceName: String retailLocation: Location
      test: Boolean! currencyCode: CurrencyCode! presentmentCurrencyCode: CurrencyCode!
      totalPriceSet: MoneyBag! currentTotalPriceSet: MoneyBag! subtotalPriceSet: MoneyBag
      currentSubtotalPriceSet: MoneyBag!
      totalDiscountsSet: MoneyBag currentTotalDiscountsSet: MoneyBag! totalShippingPriceSet: MoneyBag!
      totalTaxSet: MoneyBag currentTotalTaxSet: MoneyBag! totalRefundedSet: MoneyBag!
      lineItems(first: Int, after: String): LineItemConnection!
      refunds(first: Int): [Refund!]!
    }
    type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
    enum WebhookSubscriptionTopic { APP_UNINSTALLED APP_SCOPES_UPDATE SHOP_UPDATE ORDERS_DELETE PRODUCTS_DELETE }
    enum WebhookSubscriptionFormat { JSON XML }
    input WebhookSubscriptionInput { uri: String format: WebhookSubscriptionFormat includeFields: [String!] }
    type WebhookSubscription {
      id: ID! topic: WebhookSubscriptionTopic! uri: String! format: WebhookSubscriptionFormat!
    }
    type WebhookSubscriptionConnection { nodes: [WebhookSubscription!]! pageInfo: PageInfo! }
    type UserError { field: [String!] message: String! }
    type WebhookSubscriptionCreatePayload { userErrors: [UserError!]! webhookSubscription: WebhookSubscription }
    type Mutation {
      webhookSubscriptionCreate(
        topic: WebhookSubscriptionTopic!, webhookSubscription: WebhookSubscriptionInput!
      ): WebhookSubscriptionCreatePayload
    }
    type Query {
      webhookSubscriptions(first: Int, after: String): WebhookSubscriptionConnection!
      shop: Shop!
      currentAppInstallation: AppInstallation!
      orders(first: Int, after: String, sortKey: OrderSortKeys, reverse: Boolean, query: String): OrderConnection!
      order(id: ID!): Order
      ordersCount(query: String, limit: UnsignedInt64): Count
      productVariants(first: Int, after: String): ProductVariantConnection!
      productVariantsCount(query: String, limit: UnsignedInt64): Count
    }
    """
)

-- The policies name subscriptions, so they go first.
DROP TABLE handovers;
DROP TABLE setup_links;
DROP TABLE subscription_items;
DROP POLICY orders_tenant ON orders;
DROP TABLE subscriptions;
DROP TABLE orders;

DROP TABLE partner_subscriptions;

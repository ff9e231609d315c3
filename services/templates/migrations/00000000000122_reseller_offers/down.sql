DROP TABLE plan_uses;
DROP TABLE reseller_offer_plans;
DROP TABLE reseller_offers;

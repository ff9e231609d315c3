DROP INDEX partner_links_customer_id_partner_id_idx;
CREATE INDEX partner_links_customer_id_idx ON partner_links (customer_id);
DROP TABLE access_requests;
DROP TABLE completed_setups;
ALTER TABLE partner_links DROP COLUMN version;

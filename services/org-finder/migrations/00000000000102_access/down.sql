DROP TABLE partner_links;
DROP TABLE grants;

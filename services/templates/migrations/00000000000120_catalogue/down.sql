DROP TABLE product_needs;
DROP TABLE product_packages;
DROP TABLE products;
DROP TABLE package_audiences;
ALTER TABLE packages DROP COLUMN retired;
DROP TABLE offerings;

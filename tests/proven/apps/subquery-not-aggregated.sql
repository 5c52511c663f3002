CREATE TEMPORARY VIEW orders AS SELECT * FROM VALUES (1, 10), (1, 20), (2, 5) AS t(customer, amount);
CREATE TEMPORARY VIEW customers AS SELECT * FROM VALUES (1, 'Ada'), (2, 'Grace') AS t(id, name);
SELECT name, (SELECT amount FROM orders WHERE orders.customer = customers.id) AS amount FROM customers;

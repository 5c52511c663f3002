from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("load_customers").getOrCreate()
url = "jdbc:derby:crm;create=true"
connection = spark._jvm.java.sql.DriverManager.getConnection(url)
connection.createStatement().execute('CREATE TABLE customers ("id" BIGINT NOT NULL PRIMARY KEY)')
connection.close()
customers = spark.createDataFrame([(1,), (2,), (1,)], ["id"]).coalesce(1)
customers.write.jdbc(url, "customers", mode="append", properties={"driver": "org.apache.derby.jdbc.EmbeddedDriver"})
